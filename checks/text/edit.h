// Changes of a text that leave the rest of it alone: stretches of bytes that are replaced, the diff
// they make, and the proof that a YAML text says what it should afterwards.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "checks/text/tree.h"

namespace muster::text {

/// The bytes `[begin, end)` become `text`. An insertion when `begin == end`.
struct Edit {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string text;

  friend auto operator<=>(const Edit&, const Edit&) = default;
};

/// The text with all edits made; those at one place in their order. Errors: `Invalid` when two
/// overlap or one lies outside.
[[nodiscard]] Result<std::string> apply_edits(std::string_view text, std::vector<Edit> edits);

/// The edits as a unified diff of `path` with three lines around each change; empty without a
/// change. REQUIRES: `apply_edits` takes them.
[[nodiscard]] std::string unified_diff(std::string_view path, std::string_view text,
                                       std::vector<Edit> edits);

/// All that a tree says, aliases followed: each scalar, empty list and empty mapping under the keys
/// and indices that lead to it, as its type and text.
using Leaves = std::map<std::string, std::string>;

/// The name of a place in `Leaves`: keys, and `#0` for an index.
[[nodiscard]] std::string leaf_path(const std::vector<std::string>& keys);

/// What `Leaves` holds for a text or another scalar.
[[nodiscard]] std::string leaf(Type type, std::string_view text);

/// Errors: `Limit` when that is more than 32 MiB of names and texts.
[[nodiscard]] Result<Leaves> leaves(const Node& root);

}  // namespace muster::text
