// The parts of a drill that need no process; tests/drills plays the whole on a real host.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>

#include "drills/make_plan.h"
#include "drills/permission.h"
#include "tests/unit/drills/fakes.h"

namespace muster::drills {
namespace {

/// Samples every 10 ms from 0 to `end_ms`; `version` tells what is answered when.
template <class Version>
std::vector<Sample> samples_until(std::int64_t end_ms, Version version) {
  std::vector<Sample> all;
  for (std::int64_t due = 0; due < end_ms; due += 10) {
    Sample sample;
    sample.due_us = sample.start_us = due * 1000;
    sample.end_us = sample.due_us + 1000;
    sample.version = version(due);
    sample.fate = sample.version.empty() ? Fate::Lost : Fate::Ok;
    sample.status = sample.version.empty() ? 502 : 200;
    all.push_back(sample);
  }
  return all;
}

Plan measured_plan() {
  Plan plan = example_plan();
  plan.target.rate = 100;
  plan.target.objective_seconds = 1;
  return plan;
}

/// Sampling from 0; rollback at 1 s, proven at 1.9; forward at 2 s, proven at 2.8; sampled until 3
/// s.
constexpr Marks kMarks{0, 1'000'000, 1'900'000, 2'000'000, 2'800'000, 3'000'000};

std::string clean(std::int64_t ms) {
  return ms < 1300 || ms >= 2400 ? "2" : "1";
}

TEST_CASE("a clean drill passes, and its phases add up to the recovery time") {
  const Judgement judged = judge(measured_plan(), kMarks, samples_until(3000, clean));
  CHECK(judged.against.empty());
  CHECK(judged.metrics.act_ms == 301);
  CHECK(judged.metrics.converge_ms == 0);
  CHECK(judged.metrics.verify_ms == 599);
  CHECK(judged.metrics.rto_ms == 900);
  CHECK(judged.metrics.restore_ms == 800);
  CHECK(judged.metrics.sent == 300);
  CHECK(judged.metrics.ok == 300);
  CHECK(judged.metrics.by_version == std::map<std::string, std::size_t>{{"1", 110}, {"2", 190}});
}

TEST_CASE(
    "versions that answer by turns are a mixed window, and convergence ends with the last of the "
    "new") {
  const auto flapping = [](std::int64_t ms) {
    return ms >= 1300 && ms < 1500 ? (ms % 20 == 0 ? std::string("1") : std::string("2"))
                                   : clean(ms);
  };
  const Judgement judged = judge(measured_plan(), kMarks, samples_until(3000, flapping));
  CHECK(judged.against.empty());
  CHECK(judged.metrics.act_ms == 301);
  CHECK(judged.metrics.converge_ms == 190);
  CHECK(judged.metrics.mixed_ms == 190);
}

TEST_CASE("what speaks against a drill") {
  struct Row {
    const char* name;
    Marks marks;
    std::vector<Sample> samples;
    const char* against;
  };

  auto broken =
      samples_until(3000, [](std::int64_t ms) { return ms == 1500 ? std::string() : clean(ms); });
  Marks slow = kMarks;
  slow.verified_old = 2'100'000;
  slow.forward = 2'200'000;
  const auto thin = [] {
    auto all = samples_until(3000, clean);
    std::erase_if(all, [](const Sample& sample) { return sample.due_us % 50'000 == 0; });
    return all;
  }();
  const Row rows[] = {
      {"a lost request", kMarks, broken, "1 of 300 requests were lost"},
      {"the objective", slow, samples_until(3000, clean), "the objective is 1 s"},
      {"missing samples", kMarks, thin, "what visitors got is not known"},
      {"no sample at all", kMarks, {}, "what visitors got is not known"},
      {"never the old version", kMarks, samples_until(3000, [](std::int64_t) { return "2"; }),
       "no visitor was answered"},
      {"a third version", kMarks,
       samples_until(3000, [](std::int64_t ms) { return ms == 500 ? "7" : clean(ms); }),
       "version `7`"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const Judgement judged = judge(measured_plan(), row.marks, row.samples);
    REQUIRE(!judged.against.empty());
    std::string all;
    for (const std::string& why : judged.against) {
      all += why + "\n";
    }
    CHECK(all.find(row.against) != std::string::npos);
  }
}

TEST_CASE("time without answers is the union of the times of what was lost") {
  auto samples =
      samples_until(3000, [](std::int64_t ms) { return ms >= 1500 && ms < 1530 ? "" : clean(ms); });
  for (Sample& sample : samples) {
    if (sample.fate == Fate::Lost) {
      sample.end_us = sample.due_us + 50'000;
    }
  }
  Plan plan = measured_plan();
  plan.target.max_lost = 3;
  const Judgement judged = judge(plan, kMarks, samples);
  CHECK(judged.against.empty());
  CHECK(judged.metrics.downtime_ms == 70);
}

TEST_CASE("a plan survives its JSON, and its id changes with every part of it") {
  const Plan plan = example_plan();
  CHECK(parse_plan(to_json(plan)).value() == plan);
  std::vector<std::string> ids = {plan_id(plan)};
  const auto changed = [&](auto change) {
    Plan other = plan;
    change(other);
    CHECK(parse_plan(to_json(other)).value() == other);
    ids.push_back(plan_id(other));
  };
  changed([](Plan& p) { p.to.digest = "sha256:x"; });
  changed([](Plan& p) { p.baseline = "base2"; });
  changed([](Plan& p) { p.target.deploy.push_back("--force"); });
  changed([](Plan& p) { p.target.max_lost = 5; });
  changed([](Plan& p) { p.kind = EnvironmentClass::Production; });
  changed([](Plan& p) { p.path = {{"deploy.sh", "aa"}}; });
  changed([](Plan& p) { p.target.windows = {"Mon-Fri 09:00-10:00"}; });
  std::ranges::sort(ids);
  CHECK(std::ranges::adjacent_find(ids) == ids.end());
  CHECK(!parse_plan("{}"));
  CHECK(!parse_plan("[1"));
}

TEST_CASE("placeholders are filled once") {
  IntentDrill target;
  CHECK(version_of(target, "registry.example.com:5000/app:1.2") == "1.2");
  CHECK(version_of(target, "4f5a") == "4f5a");
  target.version_of = "v{tag}/{release}";
  CHECK(version_of(target, "app:{tag}") == "v{tag}/app:{tag}");
}

TEST_CASE("the journal shows each row that was changed, removed or put elsewhere") {
  const auto tampered = [](const char* sql) {
    Folder folder;
    Journal journal = Journal::open(folder / "drills.db").value();
    for (const std::string id : {"a", "b"}) {
      REQUIRE(journal.begin(id, example_plan()));
      REQUIRE(journal.add(id, "rollback", Phase::Intent, "{}", "rolling_back"));
      REQUIRE(journal.close(id, "passed", "", ""));
    }
    REQUIRE(journal.verify().value().empty());
    auto raw = store::Database::open(folder / "drills.db", store::Database::Mode::ReadWrite);
    raw.value().run("DROP TRIGGER step_no_update");
    raw.value().run("DROP TRIGGER step_no_delete");
    raw.value().run(sql);
    REQUIRE(raw.value().status());
    return !journal.verify().value().empty();
  };
  CHECK(tampered("UPDATE step SET data = '{\"x\":1}' WHERE drill = 'a' AND seq = 1"));
  CHECK(tampered("UPDATE step SET wall = '2020-01-01T00:00:00Z' WHERE drill = 'b' AND seq = 2"));
  CHECK(tampered("DELETE FROM step WHERE drill = 'a' AND seq = 1"));
  CHECK(tampered("DELETE FROM step WHERE drill = 'b' AND seq = 2"));
  CHECK(tampered("DELETE FROM step WHERE drill = 'b'"));
  CHECK(tampered("DELETE FROM drill WHERE id = 'a'"));
  CHECK(tampered("DELETE FROM drill WHERE id = 'b'"));
  CHECK(
      tampered("UPDATE drill SET plan_json = replace(plan_json, 'app:1', 'app:0') WHERE id = 'a'"));
  CHECK(tampered("UPDATE step SET seq = 9 - seq WHERE drill = 'a' AND seq > 0"));
}

TEST_CASE("steps are only added, even by somebody with the file in hand") {
  Folder folder;
  Journal journal = Journal::open(folder / "drills.db").value();
  REQUIRE(journal.begin("a", example_plan()));
  auto raw = store::Database::open(folder / "drills.db", store::Database::Mode::ReadWrite);
  raw.value().run("DELETE FROM step");
  CHECK(!raw.value().status());
}

TEST_CASE("a target has one open drill") {
  Folder folder;
  Journal journal = Journal::open(folder / "drills.db").value();
  REQUIRE(journal.begin("a", example_plan()));
  CHECK(!journal.begin("b", example_plan()));
}

TEST_CASE("without a watchdog that says it is armed nothing is touched") {
  // This test program is what would be started as the watchdog; it does not know that command.
  Folder folder;
  Journal journal = Journal::open(folder / "drills.db").value();
  FakePlace place;
  FakeClock clock;
  const std::atomic<bool> stop{false};
  Plan plan = example_plan();
  plan.target.lock = folder / "lock";
  const Outcome outcome =
      run_drill(plan, "d", {journal, place, clock, [](std::string_view) {}, stop});
  CHECK(outcome.verdict == Verdict::Refused);
  CHECK(outcome.reason.find("watchdog") != std::string::npos);
  CHECK(place.did.empty());
  CHECK(journal.drill("d").value().outcome == "refused");
}

TEST_CASE("while a drill of the environment is open no other begins") {
  Folder folder;
  Journal journal = Journal::open(folder / "drills.db").value();
  FakePlace place;
  FakeClock clock;
  const std::atomic<bool> stop{false};
  Plan plan = example_plan();
  plan.target.lock = folder / "lock";
  REQUIRE(journal.begin("a", plan));
  plan.target.name = "web";
  const Outcome outcome =
      run_drill(plan, "b", {journal, place, clock, [](std::string_view) {}, stop});
  CHECK(outcome.verdict == Verdict::Unproven);
  CHECK(outcome.reason.find("drill a of `app`") != std::string::npos);
  CHECK(place.did.empty());
}

TEST_CASE("what a preflight refuses") {
  Folder folder;
  Journal journal = Journal::open(folder / "drills.db").value();
  FakePlace place;
  FakeClock clock;
  std::atomic<bool> stop{false};
  Plan plan = example_plan();
  plan.target.lock = folder / "lock";
  plan.target.stop_file = folder / "stop";
  std::string why;
  Verdict verdict = Verdict::Refused;
  SUBCASE("a service that is not settled") {
    place.torn = "the link says blue";
    why = "the link says blue";
  }
  SUBCASE("another change than the plan's") {
    place.newest.id = "human-5";
    why = "make a new plan";
  }
  SUBCASE("an image that was moved") {
    plan.to.digest = "sha256:other";
    why = "another image";
  }
  SUBCASE("a deploy that is under way: nothing can be said") {
    place.lock_busy = true;
    why = "process 7";
    verdict = Verdict::Unproven;
  }
  SUBCASE("the stop file") {
    std::ofstream(folder / "stop") << "";
    why = "told to stop";
  }
  SUBCASE("a probe that fails before") {
    place.healthy = Error{ErrorCode::Invalid, "`/healthz` must answer 200: 503", {}};
    why = "/healthz";
  }
  SUBCASE("a file of the path that is gone") {
    plan.path = {{"deploy.sh", "aa"}};
    why = "was changed since the plan";
  }
  const Outcome outcome =
      run_drill(plan, "d", {journal, place, clock, [](std::string_view) {}, stop});
  CHECK(outcome.verdict == verdict);
  CAPTURE(outcome.reason);
  CHECK(outcome.reason.find(why) != std::string::npos);
  CHECK(place.did.empty());
  CHECK(journal.drill("d").value().outcome == "refused");
}

TEST_CASE("windows") {
  Folder folder;
  Journal journal = Journal::open(folder / "drills.db").value();
  Plan plan = example_plan();
  plan.target.windows = {"Mon-Thu 09:00-15:00"};
  const auto at = [&](int day, int hour) {
    using namespace std::chrono;
    return may_run(plan, journal, sys_days(2026y / 11 / day) + hours(hour)).ok();
  };
  CHECK(at(23, 9));   // a Monday
  CHECK(at(26, 14));  // Thursday
  CHECK(!at(26, 15));
  CHECK(!at(23, 8));
  CHECK(!at(27, 10));  // Friday
}

TEST_CASE("the deploy state is hostile input") {
  Folder folder;
  const auto read = [&](std::string_view bytes) {
    std::ofstream(folder / "state.json", std::ios::binary) << bytes;
    return read_state(folder / "state.json");
  };
  CHECK(!read_state(folder / "missing"));
  for (const std::string_view bytes :
       {"", "{", "[]", "null", "{\"run_id\":1,\"release\":\"a\"}", "{\"run_id\":\"a\"}",
        "{\"run_id\":\"\",\"release\":\"a\"}", "\xff", "{\"run_id\":\"a\",\"run_id\":\"b\"}"}) {
    CAPTURE(bytes);
    CHECK(!read(bytes));
  }
  CHECK(!read(std::string(70'000, ' ') + "{}"));
  const auto good = read(
      R"({"run_id":"r","release":"app:2","color":"blue","previous":{"run_id":"q","release":"app:1"}})");
  REQUIRE(good);
  CHECK(good.value().newest == Change{"r", "app:2", "q", "app:1"});
  CHECK(good.value().color == "blue");
}

}  // namespace
}  // namespace muster::drills
