// Many patterns over one text, run at once: bit-parallel glob automata. A state is a row of bits,
// one per place of a pattern; a step is a handful of word operations, whatever the number of
// wildcards.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "checks/policy/pattern.h"
#include "checks/policy/symbols.h"

namespace muster::policy {

using Bits = std::uint64_t;

/// Which places of a `GlobSet` belong to one clause (the OR of its patterns).
struct PatternMask {
  /// Every place: no bit left = no pattern of the clause can match any more.
  std::vector<Bits> body;
  /// Final places of exact patterns.
  std::vector<Bits> accept;
  /// Final places of patterns that were widened (variables): a match is possible, not certain.
  std::vector<Bits> accept_maybe;
  /// Final places that are never left again (`…*`): the clause is decided before the text ends.
  std::vector<Bits> sure;
};

/// Whether a state and a mask of as many words share a place.
[[nodiscard]] inline bool any_common(const Bits* state, const std::vector<Bits>& mask) {
  for (std::size_t w = 0; w < mask.size(); ++w) {
    if ((state[w] & mask[w]) != 0) {
      return true;
    }
  }
  return false;
}

class GlobSet {
 public:
  /// Adds a pattern; returns its number. Not after `seal`.
  std::size_t add(const Pattern& pattern);
  /// Builds the tables.
  void seal();
  [[nodiscard]] PatternMask mask(const std::vector<std::size_t>& patterns) const;

  /// Words of one state. REQUIRES, for this and all below: sealed.
  [[nodiscard]] std::size_t words() const { return words_; }

  void start(Bits* state) const;
  /// `from` and `to` may be the same row.
  void step(const Bits* from, Char c, Bits* to) const;
  /// Literal characters that at least one pattern waits for in this state; unsorted, with
  /// repetitions.
  void awaited(const Bits* state, std::vector<Char>& out) const;

  /// Every literal character of the set, sorted.
  [[nodiscard]] const std::vector<Char>& literals() const { return literals_; }

 private:
  /// What leads from a place to the next one, and what stays at it.
  struct Place {
    bool final = false;
    bool any = false;
    Char c = 0;
    /// The other case of `c`, when case is folded; else `c`.
    Char folded = 0;
    bool loops = false;
    /// `any` and `loops` hold for a colon too.
    bool any_colon = false;
    bool loops_colon = false;

    [[nodiscard]] bool is_literal() const { return !final && !any; }

    [[nodiscard]] bool advances(Char symbol) const;
  };

  struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool maybe = false;
  };

  static void open(Place& place, const Item& item);
  void collect_literals();
  void fill_rows();
  [[nodiscard]] const Bits* row(Char c) const;

  std::vector<Place> places_;
  std::vector<Range> patterns_;
  std::vector<Char> literals_;
  std::size_t words_ = 0;
  std::vector<Bits> start_;
  std::vector<Bits> loops_;
  std::vector<Bits> loops_over_colon_;
  std::vector<Bits> waits_for_literal_;
  /// Row 0: characters that no pattern names. Then one row per literal.
  std::vector<Bits> rows_;
  std::array<std::uint32_t, 128> ascii_rows_{};
};

}  // namespace muster::policy
