// Breadth-first walk over the automata of several globs: a shortest text that all of `wanted` and
// none of `unwanted` match.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "checks/prover/glob.h"

namespace muster::prover {

struct Walked {
  /// A shortest text; among these the one with the most characters that no glob names.
  std::optional<Word> text;
  /// The budget was spent before the walk ended.
  bool limit = false;
};

/// What looking at one state of a small walk costs; trying one glob in a choice costs 1.
inline constexpr std::size_t kStateCost = 64;

/// `budget`: steps that may still be taken; a state of many globs counts as several.
[[nodiscard]] Walked walk(const std::vector<const Glob*>& wanted,
                          const std::vector<const Glob*>& unwanted, std::size_t& budget);

}  // namespace muster::prover
