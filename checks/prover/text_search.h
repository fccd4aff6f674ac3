// Is there a text that matches one glob of each of these lists and none of those? Cheap proofs
// first, then a breadth-first walk over the states of all automata at once.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "checks/prover/glob_union.h"

namespace muster::prover {

enum class Sat { No, Yes, Limit };

struct TextQuery {
  /// The text matches at least one glob of each. A variable counts as any text, which is wider than
  /// the truth.
  std::vector<const GlobUnion*> wanted;
  /// The text matches no glob of any. A glob with a variable excludes only what it surely matches.
  std::vector<const GlobUnion*> unwanted;
  /// Texts that can occur at all; null = any.
  const GlobUnion* domain = nullptr;
};

/// Whether the text is one; a variable counts as in the query.
[[nodiscard]] bool admits(const TextQuery& query, std::u32string_view text);

/// `budget`: steps that may still be taken (walk.h); reduced by what was used.
[[nodiscard]] Sat satisfiable(const TextQuery& query, std::size_t& budget);

/// A text for people: a value that is written out in a policy if there is one, else a shortest one.
/// Nothing when there is none or the budget is spent.
[[nodiscard]] std::optional<Word> find_text(const TextQuery& query, std::size_t& budget);

}  // namespace muster::prover
