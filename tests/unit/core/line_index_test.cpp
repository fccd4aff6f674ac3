// Byte offsets to lines and columns, and back.
#include "checks/core/line_index.h"

#include <doctest/doctest.h>

#include <string>

using namespace muster;

TEST_CASE("offsets become 1-based lines and columns") {
  struct Row {
    const char* name;
    const char* text;
    std::size_t begin;
    std::size_t end;
    Span span;
  };

  const Row rows[] = {
      {"start", "abc", 0, 1, {1, 1, 1, 2}},
      {"empty text", "", 0, 0, {1, 1, 1, 1}},
      {"second line", "ab\ncd", 3, 5, {2, 1, 2, 3}},
      {"over a line break", "ab\ncd", 1, 4, {1, 2, 2, 2}},
      {"the line break belongs to its line", "ab\ncd", 2, 3, {1, 3, 2, 1}},
      {"after the last line break", "ab\n", 3, 3, {2, 1, 2, 1}},
      {"two bytes are one column", "\xC3\xA4x", 2, 3, {1, 2, 1, 3}},
      {"four bytes are one column", "\xF0\x9F\x98\x80x", 4, 5, {1, 2, 1, 3}},
      {"past the end is the end", "ab", 7, 9, {1, 3, 1, 3}},
      {"an end before the begin is the begin", "abcd", 3, 1, {1, 4, 1, 4}},
      {"a carriage return counts as a column", "a\r\nb", 3, 4, {2, 1, 2, 2}},
  };
  for (const Row& row : rows) {
    INFO(row.name);
    CHECK(LineIndex(row.text).span(row.begin, row.end) == row.span);
  }
}

TEST_CASE("places far into one long line are right") {
  std::string text;
  for (int i = 0; i < 1000; ++i) {
    text += "\xC3\xA4";
  }
  text += "\nend";
  const LineIndex index(text);
  CHECK(index.span(510, 512) == Span{1, 256, 1, 257});
  CHECK(index.span(512, 514) == Span{1, 257, 1, 258});
  CHECK(index.span(2001, 2004) == Span{2, 1, 2, 4});
  for (const std::size_t point : {0U, 1U, 127U, 128U, 129U, 255U, 256U, 999U}) {
    INFO(point);
    CHECK(index.byte_of(point) == point * 2);
  }
  CHECK(index.byte_of(1001) == 2001);
  CHECK(index.byte_of(99'999) == text.size());
}

TEST_CASE("one character beyond ASCII is enough to count code points") {
  std::string text(600, 'a');
  CHECK(LineIndex(text).span(510, 520) == Span{1, 511, 1, 521});
  text.replace(300, 1, "\xC3\xA4");
  CHECK(LineIndex(text).span(100, 300) == Span{1, 101, 1, 301});
  CHECK(LineIndex(text).span(510, 520) == Span{1, 510, 1, 520});
}

TEST_CASE("lines and columns become offsets") {
  const LineIndex index("a\xC3\xA9\xF0\x9F\x98\x80z\r\nb\n");
  CHECK(index.offset(1, 0) == 0);
  CHECK(index.offset(1, 1) == 0);
  CHECK(index.offset(1, 3) == 3);
  CHECK(index.offset(1, 4) == 7);
  CHECK(index.offset(1, 99) == 9);
  CHECK(index.offset(2, 1) == 10);
  CHECK(index.offset(2, 9) == 11);
  CHECK(index.offset(3, 1) == 12);
  CHECK(index.offset(4, 1) == 12);
  CHECK(index.offset(0, 1) == 12);
  CHECK(LineIndex("ab\ncd").offset(2, 2) == 4);
  CHECK(LineIndex("ab\ncd").offset(1, 9) == 2);
}

TEST_CASE("lines are given without their line breaks") {
  const LineIndex index("one\r\ntwo\n\nfour");
  REQUIRE(index.line_count() == 4);
  CHECK(index.line(1) == "one");
  CHECK(index.line(2) == "two");
  CHECK(index.line(3).empty());
  CHECK(index.line(4) == "four");
  CHECK(LineIndex("").line(1).empty());
  CHECK(LineIndex("a\n").line_count() == 2);
  CHECK(count_code_points("a\xC3\xA4\xF0\x9F\x98\x80") == 3);
}
