// Wildcards of IAM over text. Variables are replaced before (variables.h); their text must not act
// as a wildcard, so a pattern with replaced variables marks its wildcards with bytes that UTF-8
// never uses.
#pragma once

#include <string_view>

namespace muster::policy {

/// How a pattern is read: the two bytes that act as wildcards.
struct Wildcards {
  char any_run = '*';
  char any_one = '?';
  /// ASCII letters of the pattern count as lower case, for text that is.
  bool lower_case = false;
};

/// Wildcards of a pattern after `expand` (variables.h), where `*` and `?` are literal characters.
inline constexpr Wildcards kMarked{'\xFE', '\xFF'};

/// Whether `pattern` matches all of `text`: any run of characters, or exactly one character (code
/// point). O(|pattern| * |text|), no recursion. REQUIRES: `text` is valid UTF-8.
[[nodiscard]] bool glob_match(std::string_view pattern, std::string_view text, Wildcards wildcards);

/// Whether a written pattern can match more than itself.
[[nodiscard]] inline bool has_wildcard(std::string_view pattern) {
  return pattern.find_first_of("*?") != std::string_view::npos;
}

}  // namespace muster::policy
