// The values that the parts of a token can take: which characters, in which order. Each class is a
// small automaton, so that a search can walk along it. Source: docs/oidc-trust.md, "Character
// classes".
#pragma once

#include <string>
#include <string_view>

namespace muster::oidc {

/// Text of the search: code points, so that `?` is one character of any script.
using Char = char32_t;
using Word = std::u32string;

/// Stands for "some ordinary character of the class that no pattern names". Only wildcards match
/// it. Every real word maps to one of literals and this symbol with the same matches, hence a
/// search over them misses nothing; a found word is made concrete, and checked again, before anyone
/// sees it.
inline constexpr Char kFreshChar = 0x10FFFE;

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

/// REQUIRES: valid UTF-8 (the readers see to that); a broken byte becomes U+FFFD.
[[nodiscard]] Word decode(std::string_view utf8);
[[nodiscard]] std::string encode(const Word& word);

}  // namespace muster::oidc
