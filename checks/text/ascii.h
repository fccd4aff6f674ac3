// ASCII letters and blanks, and lists of words. Other bytes stay as they are, whatever the locale.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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

/// Whether one of the parts stands in the text, letter for letter.
[[nodiscard]] bool contains_any(std::string_view text, std::span<const std::string_view> parts);
[[nodiscard]] bool contains_any(std::string_view text, std::span<const std::string> parts);
[[nodiscard]] bool contains_any(std::string_view text,
                                std::initializer_list<std::string_view> parts);

/// What stands between the separators, each of which is one character; trimmed, empty ones left
/// out.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text,
                                                  std::string_view separators);

/// The text, or its first `most` bytes and `…`; never cut inside a UTF-8 character.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t most);

/// The words in a row, with `between` between each two.
[[nodiscard]] std::string joined(std::span<const std::string> words,
                                 std::string_view between = " ");

}  // namespace muster::text
