// Recording and reading back: spans, half-finished runs, list, show, diff.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>

#include "store/process.h"
#include "tests/unit/store/fixture.h"

namespace muster::store::testing {
namespace {

void record(const Folder& folder, const Run& run) {
  const auto delta = try_record(folder.file(), run);
  REQUIRE_MESSAGE(delta.ok(), (delta.ok() ? "" : delta.error().message));
}

History reader(const Folder& folder) {
  auto history = open_to_read(folder.file());
  REQUIRE_MESSAGE(history.ok(), (history.ok() ? "" : history.error().message));
  return std::move(history).value();
}

std::vector<std::string> assets(const std::vector<PastFinding>& findings) {
  std::vector<std::string> ids;
  for (const PastFinding& finding : findings) {
    ids.push_back(finding.asset.id);
  }
  return ids;
}

TEST_CASE("a finding that goes on unchanged takes no row, a change takes one") {
  struct Row {
    std::string name;
    void (*change)(Outcome&);
    const char* spans;
  };

  for (const Row& row :
       {Row{"nothing changed", [](Outcome&) {}, "1"},
        Row{"severity", [](Outcome& o) { o.severity = Severity::Critical; }, "2"},
        Row{"message", [](Outcome& o) { o.message = "other words"; }, "2"},
        Row{"line", [](Outcome& o) { o.where.span.line = 4; }, "2"},
        Row{"end column", [](Outcome& o) { o.where.span.end_column = 10; }, "2"},
        Row{"file", [](Outcome& o) { o.where.source = SourceId("other.yml"); }, "2"},
        Row{"evidence", [](Outcome& o) { o.witness.fields = {{"text", {"other"}}}; }, "2"}}) {
    CAPTURE(row.name);
    const Folder folder;
    Outcome finding = fail(rule_a(), "a");
    record(folder, make_run(1, {finding}));
    row.change(finding);
    for (const int day : {2, 3, 4}) {
      record(folder, make_run(day, {finding}));
    }
    CHECK(sql(folder.file(), "SELECT count(*) FROM span") == row.spans);
    CHECK(sql(folder.file(), "SELECT count(*) FROM span WHERE closed_run IS NULL") == "1");
    CHECK(sql(folder.file(), "SELECT count(*) FROM span WHERE close_reason <> 'changed'") == "0");
  }
}

TEST_CASE("past runs read back as they were") {
  const Folder folder;
  Outcome late = fail(rule_a(), "late");
  late.severity = Severity::Critical;
  record(folder, make_run(1, {fail(rule_a(), "a"), fail(rule_b(), "b")}));
  record(folder, make_run(2, {fail(rule_a(), "a"), outcome(OutcomeKind::Pass, rule_b(), "b")}));
  record(folder,
         make_run(3, {late, fail(rule_b(), "b"), outcome(OutcomeKind::Pass, rule_a(), "a")}));
  History history = reader(folder);
  CHECK(assets(history.show("last~2").value().open) == std::vector<std::string>{"a", "b"});
  CHECK(assets(history.show("last~1").value().open) == std::vector<std::string>{"a"});
  const StoredRun last = history.show("last").value();
  CHECK(assets(last.open) == std::vector<std::string>{"late", "b"});
  CHECK(last.open[0].severity == Severity::Critical);
  CHECK(last.open[1].message == "job `b` is wrong");
  CHECK(to_string(last.open[1].where) == "deploy.yml:3:1");
  CHECK(to_utc(last.open[1].first_seen) == "2026-02-01T00:00:00Z");
  CHECK(last.summary.passed == 1);
  CHECK(last.summary.failed == 2);
  CHECK(last.summary.tool_version == "0.1.0");
  CHECK(last.inputs == std::vector<InputFile>{{"deploy.yml", std::string(64, 'a')}});
  CHECK(last.coverage.size() == 2);
}

TEST_CASE("what a run could not read is kept with it, blocking or not") {
  const Folder folder;
  Run run = make_run(1, {});
  run.result.not_covered = {{"a.json", "too large", true}, {"b.tf", "not read", false}};
  record(folder, run);
  CHECK(reader(folder).show("last").value().not_covered == run.result.not_covered);
}

TEST_CASE("list gives the newest runs first, and no more than asked") {
  const Folder folder;
  for (const int day : {1, 2, 3}) {
    record(folder, make_run(day, {}));
  }
  History history = reader(folder);
  const auto all = history.list(20).value();
  REQUIRE(all.size() == 3);
  CHECK(all[0].id == make_run(3, {}).id);
  CHECK(all[0].state == "complete");
  CHECK(all[2].id == make_run(1, {}).id);
  CHECK(history.list(2).value().size() == 2);
  CHECK(history.list(0).value().empty());
}

TEST_CASE("a run is found by its id, by a unique beginning, or counted from the last") {
  struct Row {
    std::string name;
    const char* text;
    int day;
  };

  const Folder folder;
  for (const int day : {1, 2, 13}) {
    record(folder, make_run(day, {}));
  }
  History history = reader(folder);
  for (const Row& row :
       {Row{"full id", "20260202T060000Z-aaaa02", 2}, Row{"beginning", "20260213", 13},
        Row{"the last", "last", 13}, Row{"the one before", "last~1", 2}, Row{"zero", "last~0", 13},
        Row{"beginning of two", "2026020", 0}, Row{"too far back", "last~3", 0},
        Row{"no number", "last~x", 0}, Row{"negative", "last~-1", 0},
        Row{"a number that no type holds", "last~99999999999999999999", 0}, Row{"empty", "", 0},
        Row{"unknown", "2025", 0}, Row{"a pattern", "%", 0}}) {
    CAPTURE(row.name);
    const auto run = history.show(row.text);
    CHECK(run.ok() == (row.day != 0));
    if (run.ok()) {
      CHECK(run.value().summary.id == make_run(row.day, {}).id);
    } else {
      CHECK(run.error().code == ErrorCode::Usage);
      CHECK(run.error().message.find("muster history list") != std::string::npos);
    }
  }
}

TEST_CASE("diff tells what appeared, what disappeared and how much stayed") {
  const Folder folder;
  record(folder, make_run(1, {fail(rule_a(), "a"), fail(rule_a(), "b")}));
  record(folder, make_run(2, {fail(rule_a(), "b"), fail(rule_a(), "c", "", "other"),
                              outcome(OutcomeKind::Pass, rule_a(), "a")}));
  const RunDiff diff = reader(folder).diff("last~1", "last").value();
  CHECK(assets(diff.appeared) == std::vector<std::string>{"c"});
  CHECK(assets(diff.disappeared) == std::vector<std::string>{"a"});
  CHECK(diff.unchanged == 1);
  const RunDiff back = reader(folder).diff("last", "last~1").value();
  CHECK(assets(back.appeared) == std::vector<std::string>{"a"});
}

TEST_CASE("diff counts `last~1` among the runs of the same repository and refuses to mix two") {
  const Folder folder;
  record(folder, make_run(1, {fail(rule_a(), "a")}));
  Run other = make_run(2, {fail(rule_a(), "x")});
  other.repository = "acme/blog";
  record(folder, other);
  record(folder, make_run(3, {fail(rule_a(), "a")}));
  const auto same = reader(folder).diff("last~1", "last");
  REQUIRE(same.ok());
  CHECK(same.value().before.id == make_run(1, {}).id);
  CHECK(same.value().unchanged == 1);
  const auto named = reader(folder).diff("20260201", "last");
  REQUIRE(named.ok());
  CHECK(named.value().after.id == make_run(3, {}).id);
  const auto mixed = reader(folder).diff("20260202", "20260203");
  REQUIRE_FALSE(mixed.ok());
  CHECK(mixed.error().message.find("`acme/blog` and `acme/shop`") != std::string::npos);
}

TEST_CASE("a run that failed half-way leaves no result and closes nothing") {
  const Folder folder;
  record(folder, make_run(1, {fail(rule_a(), "a")}));
  Run broken = make_run(2, {fail(rule_a(), "b")});
  // The tables refuse a hash of the wrong length, after other rows of the run were written.
  broken.inputs = {{"deploy.yml", "short"}};
  CHECK_FALSE(try_record(folder.file(), broken).ok());
  CHECK(sql(folder.file(), "SELECT count(*) FROM coverage WHERE run > 1") == "0");
  CHECK(sql(folder.file(), "SELECT count(*) FROM span WHERE closed_run IS NOT NULL") == "0");
  CHECK(reader(folder).show("last").value().summary.id == make_run(1, {}).id);
  record(folder, make_run(3, {fail(rule_a(), "a")}));
  CHECK(assets(reader(folder).show("last").value().open) == std::vector<std::string>{"a"});
}

TEST_CASE("a run whose process died is crashed: it has no findings and is compared with nothing") {
  const Folder folder;
  record(folder, make_run(1, {fail(rule_a(), "a")}));
  {
    auto history = History::open(folder.file(), Database::Mode::ReadWrite).value();
    REQUIRE(history.begin(make_run(2, {})).ok());
  }
  CHECK(reader(folder).list(1).value()[0].state == "running");
  sql(folder.file(), "UPDATE run SET owner='another-boot:1:1' WHERE state='running'");
  History history = reader(folder);
  CHECK(history.list(1).value()[0].state == "crashed");
  CHECK(history.show("20260202").value().open.empty());
  CHECK(history.show("last").value().summary.id == make_run(1, {}).id);
  const auto diff = history.diff("20260201", "20260202");
  REQUIRE_FALSE(diff.ok());
  CHECK(diff.error().message.find("did not finish") != std::string::npos);
}

TEST_CASE("the next run writes down that another one crashed, and is not disturbed by it") {
  const Folder folder;
  {
    auto history = History::open(folder.file(), Database::Mode::ReadWrite).value();
    REQUIRE(history.begin(make_run(1, {fail(rule_a(), "a")})).ok());
  }
  sql(folder.file(), "UPDATE run SET owner='another-boot:1:1'");
  const auto delta = try_record(folder.file(), make_run(2, {fail(rule_a(), "a")}));
  REQUIRE(delta.ok());
  CHECK(delta.value().previous_run.empty());
  CHECK(sql(folder.file(), "SELECT state FROM run ORDER BY id LIMIT 1") == "crashed");
}

TEST_CASE("a run that somebody took for crashed is still recorded") {
  const Folder folder;
  auto history = History::open(folder.file(), Database::Mode::ReadWrite).value();
  REQUIRE(history.begin(make_run(1, {})).ok());
  sql(folder.file(), "UPDATE run SET state='crashed'");
  REQUIRE(history.record(make_run(1, {fail(rule_a(), "a")})).ok());
  CHECK(sql(folder.file(), "SELECT group_concat(state) FROM run") == "complete");
}

TEST_CASE("two overlapping runs are both kept, in the order in which they finished") {
  const Folder folder;
  auto first = History::open(folder.file(), Database::Mode::ReadWrite).value();
  auto second = History::open(folder.file(), Database::Mode::ReadWrite).value();
  REQUIRE(first.begin(make_run(1, {})).ok());
  REQUIRE(second.begin(make_run(2, {})).ok());
  REQUIRE(second.record(make_run(2, {fail(rule_a(), "a")})).ok());
  const auto late = first.record(make_run(1, {fail(rule_a(), "a")}));
  REQUIRE(late.ok());
  CHECK(late.value().previous_run == make_run(2, {}).id);
  CHECK(late.value().findings.begin()->second.state == FindingState::Persisting);
  const auto runs = reader(folder).list(9).value();
  REQUIRE(runs.size() == 2);
  CHECK(runs[0].id == make_run(1, {}).id);
}

TEST_CASE("a run is recorded once") {
  const Folder folder;
  record(folder, make_run(1, {}));
  CHECK_FALSE(try_record(folder.file(), make_run(1, {})).ok());
  CHECK(reader(folder).list(9).value().size() == 1);
}

TEST_CASE("a file that was read twice and a finding that was reported twice do not lose the run") {
  const Folder folder;
  Run run = make_run(1, {fail(rule_a(), "a"), fail(rule_a(), "a")});
  run.inputs.push_back({"deploy.yml", std::string(64, 'c')});
  const auto delta = try_record(folder.file(), run);
  REQUIRE_MESSAGE(delta.ok(), (delta.ok() ? "" : delta.error().message));
  CHECK(delta.value().findings.size() == 1);
  CHECK(delta.value().findings.begin()->second.state == FindingState::New);
  CHECK(reader(folder).show("last").value().inputs.size() == 1);
}

TEST_CASE("a message of ten megabytes is kept short, and is no change in the next run") {
  const Folder folder;
  Outcome finding = fail(rule_a(), "a");
  finding.message.clear();
  while (finding.message.size() < 10'000'000) {
    finding.message += "\xC3\xA9";
  }
  record(folder, make_run(1, {finding}));
  record(folder, make_run(2, {finding}));
  CHECK(sql(folder.file(), "SELECT count(*) FROM span") == "1");
  const std::string kept = reader(folder).show("last").value().open.at(0).message;
  CHECK(kept.size() <= 4096);
  CHECK(kept.ends_with("\xC3\xA9\xE2\x80\xA6"));
  CHECK(std::filesystem::file_size(folder.file()) < 1'000'000);
}

TEST_CASE("texts with a NUL, with broken UTF-8 and with control characters come back unchanged") {
  const Folder folder;
  Outcome finding = fail(rule_a(), std::string("job\0x", 5), "\xFF\xFE");
  finding.message = std::string("a\0b\x1b[31m\n\xC3", 10);
  record(folder, make_run(1, {finding}));
  const auto delta = try_record(folder.file(), make_run(2, {finding}));
  REQUIRE(delta.ok());
  CHECK(delta.value().findings.at(finding.fingerprint).state == FindingState::Persisting);
  const PastFinding past = reader(folder).show("last").value().open.at(0);
  CHECK(past.message == finding.message);
  CHECK(past.asset == finding.asset);
  CHECK(past.anchor == finding.anchor);
  CHECK(sql(folder.file(), "SELECT count(*) FROM span") == "1");
}

TEST_CASE("ten thousand findings are recorded in seconds, also when all of them move") {
  const Folder folder;
  std::vector<Outcome> before;
  std::vector<Outcome> after;
  for (int i = 0; i < 10'000; ++i) {
    const std::string number = std::to_string(i);
    before.push_back(fail(rule_a(), "old" + number, "anchor", number));
    after.push_back(fail(rule_a(), "new" + number, "anchor", number));
  }
  record(folder, make_run(1, before));
  const auto start = std::chrono::steady_clock::now();
  const auto delta = try_record(folder.file(), make_run(2, after));
  const auto took = std::chrono::steady_clock::now() - start;
  REQUIRE(delta.ok());
  CHECK(std::all_of(delta.value().closed.begin(), delta.value().closed.end(),
                    [](const PastFinding& past) { return past.closed == CloseReason::Moved; }));
  CHECK(delta.value().closed.size() == 10'000);
  CHECK(took < std::chrono::seconds(20));
}

TEST_CASE("a process is known by boot, number and start, so that a reused number is another one") {
  const std::string self = this_process();
  CHECK_FALSE(is_gone(self));
  CHECK(is_gone(self + "1"));
  CHECK(is_gone("another-boot" + self.substr(self.find(':'))));
  for (const char* text : {"", ":", "x", "no colons at all"}) {
    CAPTURE(text);
    CHECK_FALSE(is_gone(text));
  }
}

}  // namespace
}  // namespace muster::store::testing
