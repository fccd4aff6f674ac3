// Releases of actions by their numbers, and conditions that are one expression.
#include <doctest/doctest.h>

#include "checks/workflow/deployments.h"

using namespace muster::workflow;

TEST_CASE("a release is told by its numbers; what is left out moves") {
  struct Row {
    const char* text;
    std::optional<Release> release;
  };

  for (const Row& row : {Row{"v4", Release{4, -1, -1}}, Row{"v4.3", Release{4, 3, -1}},
                         Row{"v2.6.1", Release{2, 6, 1}}, Row{"2.6.1", Release{2, 6, 1}},
                         Row{"v2.0.0-rc.1", Release{2, 0, 0}}, Row{"v1.2.3.4", Release{1, 2, 3}},
                         Row{"2-stable", std::nullopt}, Row{"4f3c2b1a", std::nullopt},
                         Row{"main", std::nullopt}, Row{"v", std::nullopt}, Row{"", std::nullopt},
                         Row{"v1..2", std::nullopt}, Row{"v123456", std::nullopt}}) {
    CAPTURE(row.text);
    CHECK(release_numbers(row.text) == row.release);
  }
}

TEST_CASE("a condition is one expression unless text stands around its braces") {
  CHECK(whole_expression(" github.ref == 'a' ") == "github.ref == 'a'");
  CHECK(whole_expression("${{ failure() }}") == "failure()");
  CHECK(whole_expression("${{ '}}' == a }}") == "'}}' == a");
  CHECK(whole_expression("").value_or("none").empty());
  CHECK_FALSE(whole_expression("${{ a }} && b"));
  CHECK_FALSE(whole_expression("${{ a }}\n"));
  CHECK_FALSE(whole_expression("${{ a"));
}
