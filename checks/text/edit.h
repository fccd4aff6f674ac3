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

/// From lines and columns (as in `Span`) back to bytes.
class Places {
 public:
  /// REQUIRES: `text` is valid UTF-8 and outlives the object.
  explicit Places(std::string_view text);

  [[nodiscard]] std::string_view text() const { return text_; }

  /// The byte at this line and column; the end of the line, or of the text, when there is none.
  [[nodiscard]] std::size_t offset(std::uint32_t line, std::uint32_t column) const;

  /// First byte of the line (1-based).
  [[nodiscard]] std::size_t line_begin(std::uint32_t line) const { return offset(line, 1); }

  /// The first byte behind the line and its break.
  [[nodiscard]] std::size_t line_end(std::uint32_t line) const;
  /// `\r\n` when the first line ends with it, else `\n`.
  [[nodiscard]] std::string_view line_break() const;

 private:
  std::string_view text_;
  std::vector<std::size_t> starts_;
};

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
