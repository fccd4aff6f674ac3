// What a run says about each finding, and for which reasons alone a finding closes.
#include <doctest/doctest.h>

#include "tests/unit/store/fixture.h"

namespace muster::store::testing {
namespace {

RunDelta record(const Folder& folder, const Run& run) {
  const auto delta = try_record(folder.file(), run);
  REQUIRE_MESSAGE(delta.ok(), (delta.ok() ? "" : delta.error().message));
  return delta.value();
}

/// What became of a finding: its state while it is open, else why it closed.
std::string fate(const RunDelta& delta, const std::string& fingerprint) {
  const auto open = delta.findings.find(fingerprint);
  if (open != delta.findings.end()) {
    return to_string(open->second.state);
  }
  for (const PastFinding& past : delta.closed) {
    if (past.fingerprint == fingerprint) {
      return to_string(*past.closed);
    }
  }
  for (const PastFinding& past : delta.not_rechecked) {
    if (past.fingerprint == fingerprint) {
      return to_string(FindingState::NotRechecked);
    }
  }
  return "unknown";
}

const Outcome& the_finding() {
  static const Outcome kFinding = fail(rule_a(), "deploy.yml#jobs.a", "stmt:X");
  return kFinding;
}

Outcome same_asset(OutcomeKind kind, const std::string& anchor = "stmt:X") {
  return outcome(kind, rule_a(), "deploy.yml#jobs.a", anchor);
}

Run with_gap(Run run, bool blocks) {
  run.result.not_covered = {{"iam/trust.json", "permission denied", blocks}};
  return run;
}

Run without_rule(Run run) {
  leave_out(run, rule_a());
  return run;
}

TEST_CASE("a finding closes only for a proven reason, else it stays open") {
  struct Row {
    std::string name;
    Run second;
    const char* fate;
  };

  const Row rows[] = {
      {"found again", make_run(2, {the_finding()}), "persisting"},
      {"its rule passed there", make_run(2, {same_asset(OutcomeKind::Pass)}), "fixed"},
      {"its rule spoke about another place of the asset",
       make_run(2, {same_asset(OutcomeKind::Pass, "stmt:Y")}), "fixed"},
      {"the asset is no more", make_run(2, {}), "gone"},
      {"the asset is no more, and another one passed",
       make_run(2, {outcome(OutcomeKind::Pass, rule_a(), "other")}), "gone"},
      {"its rule did not run", without_rule(make_run(2, {})), "not_rechecked"},
      {"its rule could not decide there", make_run(2, {same_asset(OutcomeKind::Undecided)}),
       "not_rechecked"},
      {"its rule passed there and could not decide another place of the asset",
       make_run(2, {same_asset(OutcomeKind::Pass), same_asset(OutcomeKind::Undecided, "stmt:Y")}),
       "fixed"},
      {"its rule passed at one other place of the asset and could not decide a second one",
       make_run(2, {same_asset(OutcomeKind::Pass, "stmt:Y"),
                    same_asset(OutcomeKind::Undecided, "stmt:Z")}),
       "not_rechecked"},
      {"its rule could not decide another asset",
       make_run(2, {outcome(OutcomeKind::Undecided, rule_a(), "other")}), "not_rechecked"},
      {"another rule could not decide",
       make_run(2, {outcome(OutcomeKind::Undecided, rule_b(), "x")}), "gone"},
      {"a document was not read", with_gap(make_run(2, {}), true), "not_rechecked"},
      {"a document of another program was not read", with_gap(make_run(2, {}), false), "gone"},
      {"a document was not read, but its rule passed there",
       with_gap(make_run(2, {same_asset(OutcomeKind::Pass)}), true), "fixed"},
      {"somebody accepted it", make_run(2, {same_asset(OutcomeKind::Waived)}), "waived"},
      {"only another place of the asset was accepted",
       make_run(2, {same_asset(OutcomeKind::Waived, "stmt:Y")}), "fixed"},
      {"the asset has another name", make_run(2, {fail(rule_a(), "b", "stmt:X")}), "moved"},
      {"the place has another name", make_run(2, {fail(rule_a(), "deploy.yml#jobs.a", "stmt:New")}),
       "moved"},
      {"the place has another name and other evidence",
       make_run(2, {fail(rule_a(), "deploy.yml#jobs.a", "stmt:New", "other")}), "fixed"},
      {"another asset fails with other evidence",
       make_run(2, {fail(rule_a(), "b", "stmt:X", "other")}), "gone"},
      {"another asset fails by another rule", make_run(2, {fail(rule_b(), "b", "stmt:X")}), "gone"},
      {"two others could be it",
       make_run(2, {fail(rule_a(), "b", "stmt:X"), fail(rule_a(), "c", "stmt:X")}), "gone"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const Folder folder;
    CHECK(fate(record(folder, make_run(1, {the_finding()})), the_finding().fingerprint) == "new");
    const RunDelta delta = record(folder, row.second);
    CHECK(fate(delta, the_finding().fingerprint) == row.fate);
    CHECK(delta.previous_run == make_run(1, {}).id);
  }
}

TEST_CASE("a rule that left the catalogue takes its findings with it") {
  const Folder folder;
  const Outcome old = fail(kRetiredRule, "a");
  CHECK(fate(record(folder, make_run(1, {old})), old.fingerprint) == "new");
  CHECK(fate(record(folder, make_run(2, {})), old.fingerprint) == "rule_retired");
}

TEST_CASE("a closed finding that is found again is reopened and keeps its first day") {
  const Folder folder;
  for (const auto& [day, kind, expected] :
       {std::tuple{1, OutcomeKind::Fail, "new"}, std::tuple{2, OutcomeKind::Pass, "fixed"},
        std::tuple{3, OutcomeKind::Fail, "reopened"},
        std::tuple{4, OutcomeKind::Fail, "persisting"},
        std::tuple{5, OutcomeKind::Waived, "waived"},
        std::tuple{6, OutcomeKind::Fail, "reopened"}}) {
    CAPTURE(day);
    const RunDelta delta = record(folder, make_run(day, {same_asset(kind)}));
    CHECK(fate(delta, the_finding().fingerprint) == expected);
    for (const auto& [fingerprint, history] : delta.findings) {
      CHECK(to_utc(history.first_seen) == "2026-02-01T00:00:00Z");
    }
  }
}

TEST_CASE("a finding that was not looked at is persisting when it is found again, not new") {
  const Folder folder;
  record(folder, make_run(1, {the_finding()}));
  CHECK(fate(record(folder, without_rule(make_run(2, {}))), the_finding().fingerprint) ==
        "not_rechecked");
  CHECK(fate(record(folder, make_run(3, {the_finding()})), the_finding().fingerprint) ==
        "persisting");
}

TEST_CASE("a moved finding goes on under its new name, with its first day") {
  const Folder folder;
  const Outcome renamed = fail(rule_a(), "deploy.yml#jobs.b", "stmt:X");
  record(folder, make_run(1, {the_finding()}));
  const RunDelta delta = record(folder, make_run(2, {renamed}));
  CHECK(fate(delta, renamed.fingerprint) == "persisting");
  CHECK(to_utc(delta.findings.at(renamed.fingerprint).first_seen) == "2026-02-01T00:00:00Z");
  CHECK(sql(folder.file(),
            "SELECT alias_of FROM finding WHERE fingerprint='" + renamed.fingerprint + "'") == "1");
}

TEST_CASE("equal absence of evidence does not make two findings one") {
  const Folder folder;
  const Outcome first = fail(rule_a(), "a", "stmt:X", "");
  record(folder, make_run(1, {first}));
  const Outcome second = fail(rule_a(), "b", "stmt:X", "");
  const RunDelta delta = record(folder, make_run(2, {second}));
  CHECK(fate(delta, first.fingerprint) == "gone");
  CHECK(fate(delta, second.fingerprint) == "new");
}

TEST_CASE("an asset is gone only for a run that looked wherever the finding was found") {
  const Folder folder;
  Run weekly = make_run(1, {the_finding()});
  weekly.facts = {folder.path() + "/facts"};
  record(folder, weekly);
  CHECK(fate(record(folder, make_run(2, {})), the_finding().fingerprint) == "not_rechecked");
  Run other_root = make_run(3, {});
  other_root.facts = weekly.facts;
  other_root.root = folder.path();
  CHECK(fate(record(folder, other_root), the_finding().fingerprint) == "not_rechecked");
  Run again = make_run(4, {});
  again.facts = {folder.path() + "/./facts/", folder.path() + "/more"};
  CHECK(fate(record(folder, again), the_finding().fingerprint) == "gone");
}

TEST_CASE("repositories in one file do not touch each other") {
  const Folder folder;
  record(folder, make_run(1, {the_finding()}));
  Run other = make_run(2, {});
  other.repository = "acme/blog";
  const RunDelta delta = record(folder, other);
  CHECK(fate(delta, the_finding().fingerprint) == "unknown");
  CHECK(delta.previous_run.empty());
  CHECK(fate(record(folder, make_run(3, {the_finding()})), the_finding().fingerprint) ==
        "persisting");
}

TEST_CASE("unnamed repositories are told apart by where they lie, however that is written") {
  struct Row {
    std::string name;
    std::string root;
    const char* fate;
  };

  const Folder folder;
  std::filesystem::create_directories(folder.file("one"));
  std::filesystem::create_directories(folder.file("two"));
  Run first = make_run(1, {the_finding()});
  first.repository = "";
  first.root = folder.file("one");
  record(folder, first);
  int day = 1;
  for (const Row& row : {Row{"another folder", folder.file("two"), "unknown"},
                         Row{"a slash at the end", folder.file("one") + "/", "persisting"},
                         Row{"a detour", folder.file("two/../one"), "persisting"}}) {
    CAPTURE(row.name);
    const bool same = std::string_view(row.fate) == "persisting";
    Run run = make_run(++day, same ? std::vector{the_finding()} : std::vector<Outcome>{});
    run.repository = "";
    run.root = row.root;
    CHECK(fate(record(folder, run), the_finding().fingerprint) == row.fate);
  }
}

TEST_CASE(
    "every finding of a run is counted once: open now = open before + new + reopened - closed") {
  const Folder folder;
  std::size_t open = 0;
  for (int day = 1; day <= 28; ++day) {
    std::vector<Outcome> outcomes;
    for (int asset = 0; asset < 12; ++asset) {
      // Any fixed pattern with all kinds in it will do.
      const int pick = (day * 7 + asset * 5 + day * asset) % 6;
      const OutcomeKind kinds[] = {OutcomeKind::Fail, OutcomeKind::Fail,      OutcomeKind::Pass,
                                   OutcomeKind::Fail, OutcomeKind::Undecided, OutcomeKind::Waived};
      outcomes.push_back(outcome(kinds[pick], asset % 2 == 0 ? rule_a() : rule_b(),
                                 "job" + std::to_string(asset), "", std::to_string(asset)));
    }
    const RunDelta delta = record(folder, make_run(day, outcomes));
    std::size_t appeared = 0;
    for (const auto& [fingerprint, history] : delta.findings) {
      appeared += history.state == FindingState::Persisting ? 0U : 1U;
    }
    CHECK(delta.findings.size() + delta.not_rechecked.size() ==
          open + appeared - delta.closed.size());
    open = delta.findings.size() + delta.not_rechecked.size();
    const auto stored = open_to_read(folder.file()).value().show("last");
    CHECK(stored.value().open.size() == open);
  }
}

}  // namespace
}  // namespace muster::store::testing
