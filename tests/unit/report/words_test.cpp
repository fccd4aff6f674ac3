// Words and numbers as people read them.
#include "report/words.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/unit/report/sample.h"

namespace muster::report {
namespace {

Item item(FindingState state, std::size_t age) {
  Item result;
  result.state = state;
  result.age_days = age;
  return result;
}

TEST_CASE("a group's change is one phrase") {
  const Item fresh = item(FindingState::New, 0);
  const Item back = item(FindingState::Reopened, 5);
  const Item old = item(FindingState::Persisting, 12);

  struct Row {
    const char* name;
    std::vector<Item> items;
    const char* text;
  };

  for (const Row& row :
       {Row{"one new", {fresh}, "new"}, Row{"one back", {back}, "reopened"},
        Row{"several", {fresh, fresh, back, old}, "2 new, 1 reopened"},
        Row{"only old", {old, item(FindingState::Persisting, 1)}, "oldest 12 days"}}) {
    CAPTURE(row.name);
    Group group;
    group.items = row.items;
    CHECK(change_text(group) == row.text);
  }
}

TEST_CASE("times, counts and sentences") {
  CHECK(prose_time(sample::day(9)) == "9 Feb 2026, 06:00 UTC");
  CHECK(plural(0, "check") == "0 checks");
  CHECK(plural(1, "check") == "1 check");
  CHECK(sentence("role `a` is open") == "Role `a` is open");
  CHECK(sentence("`a` is open") == "`a` is open");
  CHECK(sentence("") == "");
  CHECK(upper("ab-\u00E4") == "AB-\u00E4");
  CHECK(area_title("oidc") == "OIDC trust");
  CHECK(area_title("other") == "other");
}

}  // namespace
}  // namespace muster::report
