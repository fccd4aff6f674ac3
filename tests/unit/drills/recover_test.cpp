// What is done about a drill that did not end, and above all what is not.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/drills/fakes.h"

namespace muster::drills {
namespace {

/// An open drill `d`, and the place that it left behind.
struct Scene {
  Folder folder;
  Journal journal;
  FakePlace place;
  FakeClock clock;
  std::atomic<bool> stop{false};
  std::string told;

  explicit Scene(const Plan& plan = example_plan())
      : journal(Journal::open(folder / "drills.db").value()) {
    REQUIRE(journal.begin("d", plan));
  }

  void step(const std::string& name, Phase phase, const std::string& data = "{}") {
    REQUIRE(journal.add("d", name, phase, data, "rolling_back"));
  }

  Outcome recovered() {
    return recover("d",
                   {journal, place, clock, [this](std::string_view line) { told += line; }, stop});
  }

  [[nodiscard]] std::string outcome() { return journal.drill("d").value().outcome; }

  [[nodiscard]] std::string state() { return journal.drill("d").value().state; }
};

TEST_CASE("a drill that died before it touched anything is closed, and nothing is done") {
  Scene scene;
  CHECK(scene.recovered().verdict == Verdict::Failed);
  CHECK(scene.place.did.empty());
  CHECK(scene.outcome() == "recovered");
}

TEST_CASE("after a rollback of ours the baseline is deployed on top of just that change") {
  Scene scene;
  scene.step("rollback", Phase::Intent, R"({"release":"app:1","run":"d.1","expect":"base"})");
  scene.place.newest = {"d.1", "app:1", "base", ""};
  scene.place.served = "1";
  CHECK(scene.recovered().verdict == Verdict::Failed);
  CHECK(scene.place.did == std::vector<std::string>{"deploy app:2 on d.1"});
  CHECK(scene.place.served == "2");
  CHECK(scene.outcome() == "recovered");
}

TEST_CASE("a real deploy after ours stays, whatever the drill had meant to do") {
  Scene scene;
  scene.step("rollback", Phase::Intent, R"({"release":"app:1","run":"d.1","expect":"base"})");
  scene.place.newest = {"human-5", "app:3", "d.1", ""};
  scene.place.served = "3";
  CHECK(scene.recovered().verdict == Verdict::Unproven);
  CHECK(scene.place.did.empty());
  CHECK(scene.outcome() == "superseded");
}

TEST_CASE(
    "a real deploy of the same release as the baseline is no baseline: it is left alone too") {
  Scene scene;
  scene.place.newest = {"human-5", "app:2", "d.1", ""};
  CHECK(scene.recovered().verdict == Verdict::Unproven);
  CHECK(scene.place.did.empty());
}

TEST_CASE("one look that agrees is no proof: a place that tears while we look is turned first") {
  Scene scene;
  int looks = 0;
  scene.place.before_look = [&] {
    if (++looks == 7) {
      scene.place.torn = "the state says green, the link says blue";
    }
  };
  CHECK(scene.recovered().verdict == Verdict::Failed);
  CHECK(scene.place.did == std::vector<std::string>{"realign"});
}

TEST_CASE("where nothing is alive the deploy path is the last way") {
  Scene scene;
  scene.place.torn = "visitors get no version";
  scene.place.turnable = false;
  CHECK(scene.recovered().verdict == Verdict::Failed);
  CHECK(scene.place.did == std::vector<std::string>{"realign", "deploy app:2 on base"});
}

TEST_CASE("a deploy lock that is never freed is named, and the drill stays open") {
  Scene scene;
  scene.place.lock_busy = true;
  const Outcome outcome = scene.recovered();
  CHECK(outcome.verdict == Verdict::Stuck);
  CHECK(outcome.reason.find("process 7 (deploy.sh)") != std::string::npos);
  CHECK(scene.state() == "stuck");
  CHECK(scene.place.did.empty());
}

TEST_CASE("a recovery that fails is never closed") {
  Scene scene;
  scene.place.newest = {"d.1", "app:1", "base", ""};
  scene.place.served = "1";
  for (int round = 0; round < 3; ++round) {
    scene.place.next.emplace_back(
        [](FakePlace&) { return Shipped{Shipping::Failed, "it ended with 12"}; });
  }
  const Outcome outcome = scene.recovered();
  CHECK(outcome.verdict == Verdict::Stuck);
  CHECK(outcome.reason.find("it ended with 12") != std::string::npos);
  CHECK(scene.state() == "stuck");
  // Later it may work again: a resume finds it.
  CHECK(scene.recovered().verdict == Verdict::Failed);
  CHECK(scene.outcome() == "recovered");
}

TEST_CASE("a deploy that comes first while ours waits for the lock is seen in the next round") {
  Scene scene;
  scene.place.newest = {"d.1", "app:1", "base", ""};
  scene.place.served = "1";
  for (const Shipping how : {Shipping::Busy, Shipping::Overtaken}) {
    CAPTURE(to_string(how));
    scene.place.next.emplace_back([how](FakePlace& place) {
      place.newest = {"human-5", "app:3", "d.1", ""};
      place.served = "3";
      return Shipped{how, ""};
    });
    CHECK(scene.recovered().verdict == Verdict::Unproven);
    CHECK(scene.outcome() == "superseded");
    break;
  }
}

TEST_CASE("a real deploy that our restore came upon is named, not hidden") {
  Plan plan = example_plan();
  Scene scene(plan);
  scene.place.newest = {"d.1", "app:1", "base", ""};
  scene.place.served = "1";
  scene.place.next.emplace_back([](FakePlace& place) {
    // Between our look and the script's lock somebody deployed, and the script does not check
    // `--expect`.
    place.newest = {"d.9", "app:2", "human-5", "app:3"};
    place.served = "2";
    return Shipped{Shipping::Done, ""};
  });
  const Outcome outcome = scene.recovered();
  CHECK(outcome.verdict == Verdict::Stuck);
  CHECK(outcome.reason.find("`app:3` (human-5)") != std::string::npos);
  // And a resume does not make it worse.
  CHECK(scene.recovered().verdict == Verdict::Stuck);
  CHECK(scene.place.did.size() == 1);
}

TEST_CASE("a rollback of ours that came upon a real deploy is not rolled forward over it") {
  Scene scene;
  scene.step("rollback", Phase::Intent, R"({"release":"app:1","run":"d.1","expect":"base"})");
  scene.place.newest = {"d.1", "app:1", "human-5", "app:3"};
  scene.place.served = "1";
  CHECK(scene.recovered().verdict == Verdict::Stuck);
  CHECK(scene.place.did.empty());
  // Once that release is deployed again the newest change is somebody else's.
  scene.place.newest = {"human-6", "app:3", "d.1", "app:1"};
  scene.place.served = "3";
  CHECK(scene.recovered().verdict == Verdict::Unproven);
  CHECK(scene.outcome() == "superseded");
}

TEST_CASE("what works at the third attempt is proven, not stuck") {
  Scene scene;
  scene.place.newest = {"d.1", "app:1", "base", "app:2"};
  scene.place.served = "1";
  for (int round = 0; round < 2; ++round) {
    scene.place.next.emplace_back(
        [](FakePlace&) { return Shipped{Shipping::Failed, "it ended with 12"}; });
  }
  CHECK(scene.recovered().verdict == Verdict::Failed);
  CHECK(scene.outcome() == "recovered");
}

TEST_CASE("a journal that cannot be written does not keep the service from being put back") {
  Scene scene;
  scene.place.newest = {"d.1", "app:1", "base", "app:2"};
  scene.place.served = "1";
  auto raw = store::Database::open(scene.folder / "drills.db", store::Database::Mode::ReadWrite);
  REQUIRE(raw);
  raw.value().run(
      "CREATE TRIGGER full BEFORE INSERT ON step BEGIN SELECT RAISE(ABORT, 'disk full'); END");
  REQUIRE(raw.value().status());
  const Outcome outcome =
      restore("d", example_plan(), {},
              {scene.journal, scene.place, scene.clock, [](std::string_view) {}, scene.stop});
  CHECK(outcome.verdict == Verdict::Unproven);
  CHECK(scene.place.served == "2");
}

TEST_CASE("an unreadable state is an inconsistency: what visitors get decides") {
  SUBCASE("a version of the drill: put back") {
    Scene scene;
    scene.place.readable = false;
    scene.place.served = "1";
    CHECK(scene.recovered().verdict == Verdict::Failed);
    CHECK(scene.place.did == std::vector<std::string>{"realign", "deploy app:2 on "});
  }
  SUBCASE("another version: somebody else's") {
    Scene scene;
    scene.place.readable = false;
    scene.place.served = "3";
    CHECK(scene.recovered().verdict == Verdict::Unproven);
    CHECK(scene.place.did.empty());
  }
}

TEST_CASE("a version alone is not enough when the declared probes fail") {
  Scene scene;
  scene.place.healthy = Error{ErrorCode::Invalid, "`/healthz` must answer 200: 503", {}};
  CHECK(scene.recovered().verdict == Verdict::Stuck);
}

TEST_CASE("when the script names its changes itself, an intent tells which are ours") {
  Plan plan = example_plan();
  plan.target.deploy = {"deploy", "{release}"};
  Scene scene(plan);
  scene.step("rollback", Phase::Intent, R"({"release":"app:1","run":"d.1","expect":"base"})");
  SUBCASE("the release that we meant, on top of what we meant") {
    scene.place.newest = {"script-8", "app:1", "base", ""};
    scene.place.served = "1";
    CHECK(scene.recovered().verdict == Verdict::Failed);
    CHECK(scene.outcome() == "recovered");
  }
  SUBCASE("another release") {
    scene.place.newest = {"script-8", "app:3", "base", ""};
    CHECK(scene.recovered().verdict == Verdict::Unproven);
  }
  SUBCASE("our release, but on top of somebody's") {
    scene.place.newest = {"script-9", "app:1", "script-8", ""};
    CHECK(scene.recovered().verdict == Verdict::Unproven);
  }
}

TEST_CASE("on a journal that was tampered with nothing is done") {
  Scene scene;
  {
    auto raw = store::Database::open(scene.folder / "drills.db", store::Database::Mode::ReadWrite);
    REQUIRE(raw);
    raw.value().run("DROP TRIGGER step_no_update");
    raw.value().run("UPDATE step SET data = '{}'");
    REQUIRE(raw.value().status());
  }
  const Outcome outcome = scene.recovered();
  CHECK(outcome.verdict == Verdict::Stuck);
  CHECK(scene.place.did.empty());
}

}  // namespace
}  // namespace muster::drills
