// Bit-parallel glob automata. Place i of a pattern: its first i one-character items are matched; a
// run is a loop there.
#include "checks/policy/glob_set.h"

#include <algorithm>
#include <bit>

namespace muster::policy {
namespace {

constexpr std::size_t kBits = 64;

void set_bit(std::vector<Bits>& row, std::size_t bit) {
  row[bit / kBits] |= Bits{1} << (bit % kBits);
}

Char other_case(Char c) {
  if (c >= U'a' && c <= U'z') {
    return c - U'a' + U'A';
  }
  return c >= U'A' && c <= U'Z' ? c - U'A' + U'a' : c;
}

}  // namespace

bool GlobSet::Place::advances(Char symbol) const {
  if (final) {
    return false;
  }
  return any ? symbol != U':' || any_colon : symbol == c || symbol == folded;
}

/// Makes the place stay where it is for the run.
void GlobSet::open(Place& place, const Item& item) {
  place.loops = true;
  place.loops_colon = place.loops_colon || item.kind != ItemKind::FieldRun;
}

std::size_t GlobSet::add(const Pattern& pattern) {
  Range range{places_.size(), 0, pattern.has_variable()};
  Place place;
  for (const Item& item : pattern.items) {
    if (item.kind != ItemKind::Literal && item.kind != ItemKind::AnyOne &&
        item.kind != ItemKind::FieldOne) {
      open(place, item);
      continue;
    }
    place.any = item.kind != ItemKind::Literal;
    place.any_colon = item.kind == ItemKind::AnyOne;
    place.c = item.c;
    place.folded = pattern.fold_case ? other_case(item.c) : item.c;
    places_.push_back(place);
    place = Place{};
  }
  place.final = true;
  places_.push_back(place);
  range.end = places_.size();
  patterns_.push_back(range);
  return patterns_.size() - 1;
}

/// A colon counts as one: wildcards within a field tell it from other characters.
void GlobSet::collect_literals() {
  literals_.push_back(U':');
  for (const Place& place : places_) {
    if (place.is_literal()) {
      literals_.push_back(place.c);
      literals_.push_back(place.folded);
    }
  }
  std::sort(literals_.begin(), literals_.end());
  literals_.erase(std::unique(literals_.begin(), literals_.end()), literals_.end());
  for (std::size_t i = 0; i < literals_.size(); ++i) {
    if (literals_[i] < ascii_rows_.size()) {
      ascii_rows_[literals_[i]] = static_cast<std::uint32_t>(i + 1);
    }
  }
}

void GlobSet::fill_rows() {
  rows_.assign((literals_.size() + 1) * words_, 0);
  const auto set = [this](std::size_t row, std::size_t place) {
    rows_[row * words_ + place / kBits] |= Bits{1} << (place % kBits);
  };
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const Place& place = places_[i];
    if (place.is_literal()) {
      set(static_cast<std::size_t>(row(place.c) - rows_.data()) / words_, i);
      set(static_cast<std::size_t>(row(place.folded) - rows_.data()) / words_, i);
      continue;
    }
    for (std::size_t r = 0; r <= literals_.size(); ++r) {
      if (place.advances(r == 0 ? kFreshChar : literals_[r - 1])) {
        set(r, i);
      }
    }
  }
}

void GlobSet::seal() {
  words_ = (places_.size() + kBits - 1) / kBits;
  collect_literals();
  start_.assign(words_, 0);
  loops_.assign(words_, 0);
  loops_over_colon_.assign(words_, 0);
  waits_for_literal_.assign(words_, 0);
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const Place& place = places_[i];
    if (place.loops) {
      set_bit(loops_, i);
    }
    if (place.loops_colon) {
      set_bit(loops_over_colon_, i);
    }
    if (place.is_literal()) {
      set_bit(waits_for_literal_, i);
    }
  }
  for (const Range& range : patterns_) {
    set_bit(start_, range.begin);
  }
  fill_rows();
}

PatternMask GlobSet::mask(const std::vector<std::size_t>& patterns) const {
  const std::vector<Bits> none(words_, 0);
  PatternMask mask{none, none, none, none};
  for (const std::size_t pattern : patterns) {
    const Range& range = patterns_[pattern];
    for (std::size_t i = range.begin; i < range.end; ++i) {
      set_bit(mask.body, i);
    }
    const std::size_t last = range.end - 1;
    set_bit(range.maybe ? mask.accept_maybe : mask.accept, last);
    if (places_[last].loops_colon && !range.maybe) {
      set_bit(mask.sure, last);
    }
  }
  return mask;
}

const Bits* GlobSet::row(Char c) const {
  std::size_t index = 0;
  if (c < ascii_rows_.size()) {
    index = ascii_rows_[c];
  } else {
    const auto it = std::lower_bound(literals_.begin(), literals_.end(), c);
    const bool named = it != literals_.end() && *it == c;
    index = named ? static_cast<std::size_t>(it - literals_.begin()) + 1 : 0;
  }
  return rows_.data() + index * words_;
}

void GlobSet::start(Bits* state) const {
  std::copy(start_.begin(), start_.end(), state);
}

void GlobSet::step(const Bits* from, Char c, Bits* to) const {
  const Bits* matches = row(c);
  const std::vector<Bits>& loops = c == U':' ? loops_over_colon_ : loops_;
  Bits carry = 0;
  for (std::size_t w = 0; w < words_; ++w) {
    // A final place never advances, so no bit crosses from one pattern into the next.
    const Bits advanced = from[w] & matches[w];
    const Bits stayed = from[w] & loops[w];
    to[w] = (advanced << 1U) | carry | stayed;
    carry = advanced >> (kBits - 1);
  }
}

void GlobSet::awaited(const Bits* state, std::vector<Char>& out) const {
  for (std::size_t w = 0; w < words_; ++w) {
    for (Bits bits = state[w] & waits_for_literal_[w]; bits != 0; bits &= bits - 1) {
      const Place& place = places_[w * kBits + static_cast<std::size_t>(std::countr_zero(bits))];
      out.push_back(place.c);
      if (place.folded != place.c) {
        out.push_back(place.folded);
      }
    }
  }
}

}  // namespace muster::policy
