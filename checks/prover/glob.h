// One written value as the prover holds it: a row of symbols with cheap, sound tests. Exact answers
// about several globs at once are text_search.h's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "checks/policy/model.h"
#include "checks/policy/pattern.h"
#include "checks/policy/symbols.h"

namespace muster::prover {

using policy::Char;
using policy::Word;

/// Symbols beyond the code points.
inline constexpr Char kRun = 0x110000;
inline constexpr Char kOne = 0x110001;
/// The same within a field of an ARN: any character but a colon.
inline constexpr Char kFieldRun = 0x110002;
inline constexpr Char kFieldOne = 0x110003;
/// `kFolded + 'a'`: the letter in either case.
inline constexpr Char kFolded = 0x200000;
/// `kVariable + 4 * number + flags`: the text of one policy variable.
inline constexpr Char kVariable = 0x400000;
inline constexpr Char kVariableInField = 1;
inline constexpr Char kVariableFolded = 2;

struct Glob {
  /// Runs stand behind the single wildcards beside them, so that `*?` and `?*` are the same.
  Word symbols;
  /// The symbols with every variable as a run; empty without variables.
  Word widened;
  /// As written in the policy; for witnesses.
  std::string written;
  /// Plain characters at the front and at the back; all of it for a literal.
  std::size_t prefix = 0;
  std::size_t suffix = 0;
  bool literal = false;
  bool has_variable = false;
  /// `*`
  bool universal = false;

  [[nodiscard]] std::u32string_view prefix_text() const {
    return std::u32string_view(symbols).substr(0, prefix);
  }
};

/// Puts the symbols into their normal form and fills the rest.
[[nodiscard]] Glob make_glob(Word symbols, std::string written);

/// Whether every text of `inner` (symbols; a plain text too) surely matches `outer`. A variable
/// equals itself and is otherwise any text. `false` = not proved, except for a plain text against a
/// glob without variables, where the answer is exact.
[[nodiscard]] bool subsumes(const Glob& outer, std::u32string_view inner);
[[nodiscard]] bool subsumes(const Glob& outer, const Glob& inner);

/// Whether the text matches, a variable being any text. Exact for globs without variables.
[[nodiscard]] bool may_match(const Glob& glob, std::u32string_view text);

/// Whether the two may share a text, by their beginnings and ends. `false` is certain.
[[nodiscard]] bool may_meet(const Glob& a, const Glob& b);

/// The symbols with every wildcard and variable replaced: runs by `run`, single ones by the symbol
/// that no glob names.
[[nodiscard]] Word sample(const Glob& glob, std::u32string_view run);

/// For the automata. Variables become runs.
[[nodiscard]] policy::Pattern pattern_of(const Glob& glob);

}  // namespace muster::prover
