// Letters, and lists of words.
#include "checks/text/ascii.h"

#include <doctest/doctest.h>

#include <array>
#include <vector>

using namespace muster::text;

TEST_CASE("a word is found letter for letter in lists of texts and of constants") {
  const std::vector<std::string> texts = {"push", "schedule"};
  constexpr std::array<std::string_view, 2> kConstants = {"push", "schedule"};
  CHECK(one_of("push", texts));
  CHECK(one_of("push", kConstants));
  CHECK_FALSE(one_of("Push", texts));
  CHECK_FALSE(one_of("", kConstants));
  CHECK_FALSE(one_of("push", std::vector<std::string>()));
}

TEST_CASE("words are joined without a mark in front or behind") {
  const std::vector<std::string> words = {"aws", "ecs", "wait"};
  CHECK(joined(words) == "aws ecs wait");
  CHECK(joined(words, ", ") == "aws, ecs, wait");
  CHECK(joined(std::span(words).first(1)) == "aws");
  CHECK(joined({}).empty());
}

TEST_CASE("a name is of ASCII letters, digits and underscores") {
  for (const char c : {'a', 'Z', '0', '9', '_'}) {
    CHECK(is_word_char(c));
  }
  for (const char c : {'-', '.', ' ', '@', '[', '`', '{', '/', ':', '\0', '\xC3'}) {
    CHECK_FALSE(is_word_char(c));
  }
}
