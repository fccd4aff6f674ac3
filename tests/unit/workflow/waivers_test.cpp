// Entries of muster-waivers.yaml: what each mistake is called, and what a valid one holds.
#include "checks/workflow/waivers.h"

#include <doctest/doctest.h>

using namespace muster;

namespace {

struct Keys {
  std::string id = "W-1";
  std::string rule = "workflow-deploy-timeout";
  std::string match = "{asset: deploy.yml}";
  std::string reason = "a reason of more than twenty characters";
  std::string owner = "platform";
  std::string approver = "m.alves";
  std::string created = "2026-01-01";
  std::string expires = "2026-02-01";
  std::string more = "";
};

std::string entry(const Keys& keys) {
  return "- id: " + keys.id + "\n  rule: " + keys.rule + "\n  match: " + keys.match +
         "\n  reason: " + keys.reason + "\n  owner: " + keys.owner +
         "\n  approver: " + keys.approver + "\n  created: " + keys.created +
         "\n  expires: " + keys.expires + "\n" + keys.more;
}

Result<std::vector<Waiver>> read(const std::string& text) {
  return read_waivers(text, SourceId("muster-waivers.yaml"));
}

}  // namespace

TEST_CASE("a valid entry has no problem") {
  const auto waivers = read(entry({.match = "{environment: [dev, test], fingerprint: null}",
                                   .more = "  ticket: OPS-1\n  max_matches: 3\n"}));
  REQUIRE(waivers.ok());
  REQUIRE(waivers.value().size() == 1);
  const Waiver& waiver = waivers.value().front();
  CHECK(waiver.problem == "");
  CHECK(waiver.environments == std::vector<std::string>{"dev", "test"});
  CHECK(waiver.max_matches == 3);
  CHECK(waiver.expires - waiver.created == std::chrono::days{31});
}

TEST_CASE("a mistake in an entry is its problem") {
  struct Row {
    const char* name;
    Keys keys;
    std::string_view problem;
  };

  const std::vector<Row> rows = {
      {"id", {.id = "a b"}, "its `id` is no word of letters, digits, `-`, `_` and `.`"},
      {"key", {.more = "  until: 2026-01-01\n"}, "unknown key `until`"},
      {"key in match", {.match = "{assets: x}"}, "unknown key `assets`; did you mean `asset`?"},
      {"nothing matched",
       {.match = "{fingerprint: null}"},
       "`match` names neither an `asset` nor an `environment` nor a `fingerprint`"},
      {"everything",
       {.rule = "\"*\"", .match = "{asset: \"*\"}"},
       "it is for any rule and any asset"},
      {"self", {.approver = "Platform"}, "its owner approved it: another person has to"},
      {"reason", {.reason = "because"}, "its `reason` has less than 20 characters"},
      {"day", {.expires = "2026-02-30"}, "`created` and `expires` are days, as 2026-02-22"},
      {"rule", {.rule = "workflow-nothing"}, "there is no rule `workflow-nothing`"},
      {"backwards", {.expires = "2025-01-01"}, "it ends before it begins"},
      {"too long",
       {.expires = "2026-08-01"},
       "it holds for more than 180 days, the most for a finding of severity low"},
      {"about waivers",
       {.rule = "workflow-waiver-reference"},
       "findings about waivers cannot be accepted"},
      {"count", {.more = "  max_matches: 0\n"}, "`max_matches` is no number above 0"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto waivers = read(entry(row.keys));
    REQUIRE(waivers.ok());
    CHECK(waivers.value().front().problem == row.problem);
  }
}

TEST_CASE("the second entry with an id does not count") {
  const auto waivers = read(entry({}) + entry({}));
  REQUIRE(waivers.ok());
  CHECK(waivers.value()[0].problem == "");
  CHECK(waivers.value()[1].problem == "another entry has its id");
}

TEST_CASE("a file that is no list of entries is an error") {
  CHECK_FALSE(read("waivers: []").ok());
  CHECK_FALSE(read("- W-1").ok());
  CHECK_FALSE(read("- [").ok());
  CHECK(read("[]").ok());
}
