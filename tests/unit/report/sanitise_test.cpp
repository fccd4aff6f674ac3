// The gate for foreign text: what is invisible becomes visible, what is broken becomes U+FFFD.
#include "report/sanitise.h"

#include <doctest/doctest.h>

#include <string>

namespace muster::report {
namespace {

TEST_CASE("what a reader cannot see is written out") {
  struct Row {
    const char* name;
    std::string text;
    const char* shown;
  };

  for (const Row& row :
       {Row{"plain", "deploy to prod", "deploy to prod"},
        Row{"other scripts", "Übergabe 配置 \xF0\x9F\x9A\x80", "Übergabe 配置 \xF0\x9F\x9A\x80"},
        Row{"terminal escape", "\x1B[2Jgone", "\\u{1b}[2Jgone"},
        Row{"null byte", std::string("a\0b", 3), "a\\u{0}b"},
        Row{"carriage return", "fail\rpass", "fail\\u{d}pass"},
        Row{"delete", "a\x7F", "a\\u{7f}"},
        Row{"C1 control sequence introducer",
            "\xC2\x9B"
            "2J",
            "\\u{9b}2J"},
        Row{"right-to-left override", "a\u202Eb", "a\\u{202e}b"},
        Row{"first strong isolate", "\u2068x", "\\u{2068}x"},
        Row{"Arabic letter mark", "\u061Cx", "\\u{61c}x"},
        Row{"zero-width space", "pro\u200Bd", "pro\\u{200b}d"},
        Row{"zero-width joiner", "a\u200Db", "a\\u{200d}b"},
        Row{"word joiner", "a\u2060b", "a\\u{2060}b"},
        Row{"byte order mark", "\uFEFFa", "\\u{feff}a"},
        Row{"soft hyphen", "ma\u00ADin", "ma\\u{ad}in"},
        Row{"Hangul filler", "a\u3164", "a\\u{3164}"},
        Row{"variation selector", "a\uFE0F", "a\\u{fe0f}"},
        Row{"tag character", "a\U000E0041", "a\\u{e0041}"},
        Row{"line separator", "a\u2028b", "a\\u{2028}b"},
        Row{"non-character", "a\uFFFEb", "a\\u{fffe}b"},
        Row{"non-character of another plane", "a\U0001FFFFb", "a\\u{1ffff}b"}}) {
    CAPTURE(row.name);
    CHECK(sanitise(row.text) == row.shown);
  }
}

TEST_CASE("bytes that are no UTF-8 become replacement characters") {
  struct Row {
    const char* name;
    const char* text;
    const char* shown;
  };

  for (const Row& row :
       {Row{"lone continuation", "a\x80z", "a\uFFFDz"},
        Row{"cut sequence", "a\xE2\x82", "a\uFFFD\uFFFD"},
        Row{"overlong slash", "\xC0\xAF", "\uFFFD\uFFFD"},
        Row{"overlong in three bytes", "\xE0\x80\xAF", "\uFFFD\uFFFD\uFFFD"},
        Row{"surrogate", "\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},
        Row{"behind the last code point", "\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},
        Row{"no lead byte", "\xFF", "\uFFFD"}}) {
    CAPTURE(row.name);
    CHECK(sanitise(row.text) == row.shown);
  }
}

TEST_CASE("line feeds and tabs stay in prose and are written out in names") {
  CHECK(sanitise("a\n\tb", Lines::Many) == "a\n\tb");
  CHECK(sanitise("a\n\tb", Lines::One) == "a\\u{a}\\u{9}b");
}

TEST_CASE("a text over the limit is cut between characters and says so") {
  CHECK(sanitise("abcdef", Lines::One, 6) == "abcdef");
  CHECK(sanitise("abcdefg", Lines::One, 6) == "abcdef…");
  CHECK(sanitise("abcdeä", Lines::One, 6) == "abcde…");
  CHECK(sanitise("abcde\x1B", Lines::One, 6) == "abcde…");
}

TEST_CASE("no line of output is a command to a runner") {
  struct Row {
    const char* name;
    const char* line;
    const char* safe;
  };

  for (const Row& row :
       {Row{"plain", "a :: b", "a :: b"}, Row{"command", "::error::x", ": :error::x"},
        Row{"behind blanks", " \t ::stop-commands::x", " \t : :stop-commands::x"},
        Row{"older form inside the line", "role ##[add-mask]a", "role ## [add-mask]a"},
        Row{"twice", "##[a]##[b]", "## [a]## [b]"}, Row{"hidden by hashes", "###[a]", "### [a]"},
        Row{"empty", "", ""}}) {
    CAPTURE(row.name);
    CHECK(no_command(row.line) == row.safe);
  }
}

TEST_CASE("a line is cleaned before it is looked at as a command") {
  CHECK(safe_line("::error::\n") == ": :error::\\u{a}");
  CHECK(safe_line("#\u200B#[a]") == "#\\u{200b}#[a]");
}

}  // namespace
}  // namespace muster::report
