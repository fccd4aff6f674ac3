// Symbolic matching: the places of one glob that are reached whatever text the other stands for.
#include "checks/prover/glob.h"

#include <algorithm>
#include <bit>
#include <cstdint>

namespace muster::prover {
namespace {

constexpr Char kFlags = kVariableInField | kVariableFolded;

bool is_plain(Char symbol) {
  return symbol < kRun;
}

bool is_variable(Char symbol) {
  return symbol >= kVariable;
}

bool is_folded(Char symbol) {
  return symbol >= kFolded && symbol < kVariable;
}

bool is_run(Char symbol) {
  return symbol == kRun || symbol == kFieldRun;
}

Char folded(Char c) {
  return c >= U'A' && c <= U'Z' ? c - U'A' + U'a' : c;
}

/// Whether a run of `outer` swallows the symbol, whatever it stands for.
bool stays(Char run, Char symbol) {
  if (run == kRun) {
    return true;
  }
  const bool inside_field = symbol == kFieldRun || symbol == kFieldOne || is_folded(symbol) ||
                            (is_plain(symbol) && symbol != U':') ||
                            (is_variable(symbol) && (symbol & kVariableInField) != 0);
  return run == kFieldRun && inside_field;
}

/// Whether one symbol of `outer` that is no run surely matches the symbol of `inner`.
bool advances(Char outer, Char inner) {
  if (is_variable(outer)) {
    const bool same = is_variable(inner) && (outer & ~kFlags) == (inner & ~kFlags);
    return same && ((outer & kVariableFolded) != 0 || (inner & kVariableFolded) == 0);
  }
  if (is_variable(inner) || is_run(inner)) {
    return false;
  }
  if (outer == kOne) {
    return true;
  }
  if (outer == kFieldOne) {
    return inner == kFieldOne || is_folded(inner) || (is_plain(inner) && inner != U':');
  }
  if (is_folded(outer)) {
    return inner == outer || (is_plain(inner) && folded(inner) == outer - kFolded);
  }
  return inner == outer;
}

/// The places of a glob reached so far, in rising order. A place is an index into its symbols;
/// runs are passed at once.
class Places {
 public:
  explicit Places(std::u32string_view symbols) : symbols_(symbols) { add(0, now_); }

  void step(Char inner) {
    next_.clear();
    for (const std::size_t place : now_) {
      if (place < symbols_.size() && is_run(symbols_[place])) {
        if (stays(symbols_[place], inner)) {
          add(place, next_);
        }
      } else if (place < symbols_.size() && advances(symbols_[place], inner)) {
        add(place + 1, next_);
      }
    }
    now_.swap(next_);
  }

  [[nodiscard]] bool none() const { return now_.empty(); }

  [[nodiscard]] bool at_end() const { return !now_.empty() && now_.back() == symbols_.size(); }

 private:
  /// Adds the place and those behind its runs. Places come in rising order.
  void add(std::size_t place, std::vector<std::size_t>& to) const {
    while (true) {
      if (to.empty() || to.back() < place) {
        to.push_back(place);
      }
      if (place >= symbols_.size() || !is_run(symbols_[place])) {
        return;
      }
      ++place;
    }
  }

  std::u32string_view symbols_;
  std::vector<std::size_t> now_;
  std::vector<std::size_t> next_;
};

std::size_t plain_run(std::u32string_view symbols) {
  const auto end = std::ranges::find_if_not(symbols, is_plain);
  return static_cast<std::size_t>(end - symbols.begin());
}

/// Runs move behind the single wildcards that follow them, and double runs fall together. A run
/// over colons and one within a field are kept apart.
Word normal_form(const Word& symbols) {
  Word out;
  out.reserve(symbols.size());
  for (const Char symbol : symbols) {
    const bool after_same_run =
        !out.empty() && is_run(out.back()) && (symbol == out.back() || symbol == out.back() + 1);
    if (after_same_run && !is_run(symbol)) {
      out.insert(out.end() - 1, symbol);
    } else if (!after_same_run) {
      out.push_back(symbol);
    }
  }
  return out;
}

bool ends_with(const Glob& glob, const Glob& tail) {
  const std::size_t common = std::min(glob.suffix, tail.suffix);
  return std::u32string_view(glob.symbols).substr(glob.symbols.size() - common) ==
         std::u32string_view(tail.symbols).substr(tail.symbols.size() - common);
}

/// The same as `Places` for short globs, as bits of one number.
bool runs_through_bits(std::u32string_view symbols, std::u32string_view inner) {
  std::uint64_t runs = 0;
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    runs |= std::uint64_t{is_run(symbols[i])} << i;
  }
  // A place before a run is a place behind it too.
  const auto closed = [&](std::uint64_t places) {
    while (const std::uint64_t more = ((places & runs) << 1U) & ~places) {
      places |= more;
    }
    return places;
  };
  const std::uint64_t end = std::uint64_t{1} << symbols.size();
  std::uint64_t now = closed(1);
  for (const Char symbol : inner) {
    std::uint64_t next = 0;
    for (std::uint64_t rest = now & ~end; rest != 0; rest &= rest - 1) {
      const auto place = static_cast<std::size_t>(std::countr_zero(rest));
      const std::uint64_t bit = rest & ~(rest - 1);
      if ((runs & bit) != 0) {
        next |= stays(symbols[place], symbol) ? bit : 0;
      } else if (advances(symbols[place], symbol)) {
        next |= bit << 1U;
      }
    }
    now = closed(next);
    if (now == 0) {
      return false;
    }
  }
  return (now & end) != 0;
}

/// Whether every text of `inner` matches these symbols.
bool runs_through(std::u32string_view symbols, std::u32string_view inner) {
  constexpr std::size_t kBits = 64;
  if (symbols.size() == 1 && is_run(symbols.front())) {
    return std::ranges::all_of(inner, [&](Char one) { return stays(symbols.front(), one); });
  }
  if (symbols.size() < kBits) {
    return runs_through_bits(symbols, inner);
  }
  Places places(symbols);
  for (const Char symbol : inner) {
    places.step(symbol);
    if (places.none()) {
      return false;
    }
  }
  return places.at_end();
}

}  // namespace

Glob make_glob(Word symbols, std::string written) {
  Glob glob;
  glob.symbols = normal_form(symbols);
  glob.written = std::move(written);
  glob.prefix = plain_run(glob.symbols);
  const auto behind = std::find_if_not(glob.symbols.rbegin(), glob.symbols.rend(), is_plain);
  glob.suffix = static_cast<std::size_t>(behind - glob.symbols.rbegin());
  glob.literal = glob.prefix == glob.symbols.size();
  glob.has_variable = std::ranges::any_of(glob.symbols, is_variable);
  if (glob.has_variable) {
    for (const Char symbol : glob.symbols) {
      glob.widened.push_back(!is_variable(symbol)               ? symbol
                             : (symbol & kVariableInField) != 0 ? kFieldRun
                                                                : kRun);
    }
    glob.widened = normal_form(glob.widened);
  }
  glob.universal = glob.symbols == Word(1, kRun);
  return glob;
}

bool subsumes(const Glob& outer, std::u32string_view inner) {
  if (outer.universal) {
    return true;
  }
  const std::u32string_view symbols = outer.symbols;
  if (!inner.starts_with(outer.prefix_text())) {
    return false;
  }
  if (outer.literal) {
    return inner.size() == outer.prefix;
  }
  // Plain ends only match themselves; what is between them is walked.
  const std::size_t ends = outer.prefix + outer.suffix;
  if (inner.size() < ends || !inner.ends_with(symbols.substr(symbols.size() - outer.suffix))) {
    return false;
  }
  return runs_through(symbols.substr(outer.prefix, symbols.size() - ends),
                      inner.substr(outer.prefix, inner.size() - ends));
}

bool may_match(const Glob& glob, std::u32string_view text) {
  return glob.has_variable ? runs_through(glob.widened, text) : subsumes(glob, text);
}

bool subsumes(const Glob& outer, const Glob& inner) {
  const bool too_long = outer.suffix > inner.suffix || !ends_with(inner, outer);
  return !too_long && subsumes(outer, std::u32string_view(inner.symbols));
}

bool may_meet(const Glob& a, const Glob& b) {
  const std::size_t common = std::min(a.prefix, b.prefix);
  if (a.prefix_text().substr(0, common) != b.prefix_text().substr(0, common)) {
    return false;
  }
  if (a.literal && !b.has_variable) {
    return subsumes(b, std::u32string_view(a.symbols));
  }
  if (b.literal && !a.has_variable) {
    return subsumes(a, std::u32string_view(b.symbols));
  }
  return ends_with(a, b);
}

Word sample(const Glob& glob, std::u32string_view run) {
  Word out;
  for (const Char symbol : glob.symbols) {
    if (is_run(symbol) || is_variable(symbol)) {
      out += run;
    } else if (is_folded(symbol)) {
      out.push_back(symbol - kFolded);
    } else {
      out.push_back(is_plain(symbol) ? symbol : policy::kFreshChar);
    }
  }
  return out;
}

policy::Pattern pattern_of(const Glob& glob) {
  using policy::ItemKind;
  policy::Pattern pattern;
  pattern.items.reserve(glob.symbols.size());
  for (const Char symbol : glob.symbols) {
    const bool in_field = symbol == kFieldRun || symbol == kFieldOne ||
                          (is_variable(symbol) && (symbol & kVariableInField) != 0);
    if (is_run(symbol) || is_variable(symbol)) {
      pattern.items.push_back({in_field ? ItemKind::FieldRun : ItemKind::AnyRun, 0, {}});
    } else if (symbol == kOne || symbol == kFieldOne) {
      pattern.items.push_back({in_field ? ItemKind::FieldOne : ItemKind::AnyOne, 0, {}});
    } else {
      pattern.fold_case = pattern.fold_case || is_folded(symbol);
      pattern.items.push_back(
          {ItemKind::Literal, is_folded(symbol) ? symbol - kFolded : symbol, {}});
    }
  }
  return pattern;
}

}  // namespace muster::prover
