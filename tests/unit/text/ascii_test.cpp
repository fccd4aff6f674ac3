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

TEST_CASE("a part stands in a text letter for letter") {
  static constexpr std::array<std::string_view, 2> kParts = {"tag", "sha"};
  CHECK(contains_any("image_tag", kParts));
  CHECK_FALSE(contains_any("IMAGE_TAG", kParts));
  CHECK_FALSE(contains_any("", kParts));
  CHECK_FALSE(contains_any("tag", std::span<const std::string>()));
}

TEST_CASE("a list is cut at each separator") {
  using Pieces = std::vector<std::string_view>;
  CHECK(split("a, b\n\n c ,", ",\n") == Pieces{"a", "b", "c"});
  CHECK(split("one", ",") == Pieces{"one"});
  CHECK(split("", ",").empty());
  CHECK(split(" , ,", ",").empty());
}

TEST_CASE("a long text is cut between characters") {
  CHECK(shortened("deploy", 6) == "deploy");
  CHECK(shortened("deploys", 6) == "deploy…");
  CHECK(shortened("für alle", 2) == "f…");
  CHECK(shortened("für alle", 3) == "fü…");
  CHECK(shortened("\x80\x80", 1) == "…");
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
