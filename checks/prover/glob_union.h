// A list of globs that are ORed: one element of a statement, or the values of one clause.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "checks/prover/glob.h"

namespace muster::prover {

/// What comparing two globs costs, in steps of a search (walk.h).
inline constexpr std::size_t kCompareCost = 32;

/// Immutable. The globs outlive it.
class GlobUnion {
 public:
  GlobUnion() = default;
  /// Sorts the globs by their symbols and drops repetitions.
  explicit GlobUnion(std::vector<const Glob*> globs);

  [[nodiscard]] const std::vector<const Glob*>& globs() const { return globs_; }

  [[nodiscard]] bool universal() const { return universal_; }

  /// Whether one glob surely matches every text of `inner`. Reduces `budget` by `kCompareCost` for
  /// each glob that was compared; the answer is exact even when nothing is left.
  [[nodiscard]] bool covers(const Glob& inner, std::size_t& budget) const;
  /// Whether one glob without variables matches the text. Exact.
  [[nodiscard]] bool matches(std::u32string_view text) const;

 private:
  /// Calls `test` with the globs whose plain beginning is one of `prefix`, until it returns true.
  template <class Test>
  bool any_by_prefix(std::u32string_view prefix, const Test& test) const;

  std::vector<const Glob*> globs_;
  bool universal_ = false;
  /// Only for long lists. Keys are views into the globs.
  std::unordered_map<std::u32string_view, std::vector<const Glob*>> by_prefix_;
  /// Which lengths the keys have, rising.
  std::vector<std::size_t> lengths_;
};

}  // namespace muster::prover
