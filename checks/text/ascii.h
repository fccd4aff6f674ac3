// ASCII letters and blanks, and lists of words. Other bytes stay as they are, whatever the locale.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace muster::text {

[[nodiscard]] constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

[[nodiscard]] std::string lower(std::string_view text);

/// Whether the character may stand in a name: a letter, a digit or `_`.
[[nodiscard]] constexpr bool is_word_char(char c) {
  return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/// Whether the texts are equal but for the case of letters.
[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b);

/// Whether the text is digits alone, at least one.
[[nodiscard]] bool is_digits(std::string_view text);

/// Without spaces, tabs and line ends at both ends.
[[nodiscard]] std::string_view trim(std::string_view text);

/// Whether the word is one of these, letter for letter.
[[nodiscard]] bool one_of(std::string_view word, std::span<const std::string_view> words);
[[nodiscard]] bool one_of(std::string_view word, std::span<const std::string> words);

/// The words in a row, with `between` between each two.
[[nodiscard]] std::string joined(std::span<const std::string> words,
                                 std::string_view between = " ");

}  // namespace muster::text
