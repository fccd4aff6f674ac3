// Text as the automata read it: code points, so that `?` is one character of any script, and one
// symbol that stands for all characters no pattern names.
#pragma once

#include <string>
#include <string_view>

namespace muster::policy {

using Char = char32_t;
using Word = std::u32string;

/// Stands for "some ordinary character that no pattern names". Only wildcards match it. Every real
/// word maps to one of literals and this symbol with the same matches, hence a search over them
/// misses nothing; a found word is made concrete, and checked again, before anyone sees it.
inline constexpr Char kFreshChar = 0x10FFFE;

/// REQUIRES: valid UTF-8 (the readers see to that); a broken byte becomes U+FFFD.
[[nodiscard]] Word decode(std::string_view utf8);
[[nodiscard]] std::string encode(const Word& word);

}  // namespace muster::policy
