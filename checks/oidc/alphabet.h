// The values that the parts of a token can take: which characters, in which order. Each class is a
// small automaton, so that a search can walk along it. Source: docs/oidc-trust.md, "Character
// classes".
#pragma once

#include <string_view>

#include "checks/policy/symbols.h"

namespace muster::oidc {

using policy::Char;
using policy::decode;
using policy::encode;
using policy::kFreshChar;
using policy::Word;

enum class CharClass {
  /// Account name: letters, digits, `-`; at most one `_` (enterprise-managed users).
  Owner,
  /// Letters, digits, `.`, `_`, `-`; not `.` or `..`.
  Repository,
  /// Digits without leading zero.
  Digits,
  /// What git allows behind `refs/heads/`.
  Ref,
  /// File name without its ending.
  FileStem,
  /// Account name, with `[` and `]` as bots have.
  Actor,
  /// Lower-case hexadecimal digits.
  Hex,
  /// Hexadecimal digits and `-`.
  Uuid,
  /// `sts:RoleSessionName`: letters, digits, `_`, `+`, `=`, `,`, `.`, `@`, `-`; at least two.
  SessionName,
  /// `acme/tools/api`: names with `/` between them.
  Path,
  /// Printable text without `:` and `/`.
  Label,
  /// Any printable text.
  Text,
};

/// The class of that name in rules/data/oidc-issuers.json; `Text` for an unknown name.
[[nodiscard]] CharClass class_named(std::string_view name);

/// State after `c`, or -1 when no word of the class goes on like this. State 0 is the start.
[[nodiscard]] int next_state(CharClass kind, int state, Char c);
/// Whether a word may end here. Words of every class have at least one character.
[[nodiscard]] bool may_end(CharClass kind, int state);
/// Whether the whole word belongs to the class. `kFreshChar` counts as ordinary character.
[[nodiscard]] bool belongs(CharClass kind, const Word& word);

}  // namespace muster::oidc
