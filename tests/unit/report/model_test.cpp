// The one model behind all formats: counts, order, gate, words.
#include "report/model.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/unit/report/sample.h"

namespace muster::report {
namespace {

TEST_CASE("outcomes are counted once, by kind, severity and state") {
  const Report report = sample::report("acme/shop");
  CHECK(report.counts.pass == 2);
  CHECK(report.counts.fail == 4);
  CHECK(report.counts.undecided == 1);
  CHECK(report.counts.not_applicable == 1);
  CHECK(report.counts.decided() == 6);
  CHECK(report.by_severity[static_cast<std::size_t>(Severity::Critical)] == 1);
  CHECK(report.by_severity[static_cast<std::size_t>(Severity::Medium)] == 2);
  CHECK(report.by_severity[static_cast<std::size_t>(Severity::Low)] == 1);
  CHECK(report.created == 1);
  CHECK(report.reopened == 1);
  CHECK(report.persisting == 2);
  CHECK(report.gate.blocking == 3);
  CHECK(report.gate.open_questions == 2);
}

TEST_CASE("the posture is rounded down, so that 100 means all") {
  struct Row {
    const char* name;
    std::size_t pass;
    std::size_t fail;
    const char* text;
  };

  for (const Row& row : {Row{"nothing decided", 0, 0, "-"}, Row{"all", 3, 0, "100.0"},
                         Row{"one of two thousand fails", 1999, 1, "99.9"},
                         Row{"two thirds", 2, 1, "66.6"}, Row{"none", 0, 5, "0.0"}}) {
    CAPTURE(row.name);
    Run run = sample::run("x");
    run.result.outcomes.clear();
    for (std::size_t i = 0; i < row.pass + row.fail; ++i) {
      run.result.outcomes.push_back(sample::outcome(
          "workflow-action-unpinned", i < row.pass ? OutcomeKind::Pass : OutcomeKind::Fail,
          Severity::Medium, "x"));
    }
    CHECK(posture_text(make_report(run, {}, Intent{}, Severity::Medium)) == row.text);
  }
}

TEST_CASE("worst rule first; inside a rule the worst, then new before old") {
  const Report report = sample::report("x");
  std::vector<std::string> order;
  for (const Group& group : report.groups) {
    for (const Item& item : group.items) {
      order.push_back(item.outcome.fingerprint);
    }
  }
  CHECK(order == std::vector<std::string>{"f1", "f2", "f3", "f4"});
}

TEST_CASE("the gate's verdict, and the sentence that says it") {
  struct Row {
    const char* name;
    std::vector<std::size_t> outcomes;
    bool gap;
    Verdict verdict;
    const char* sentence;
  };

  for (const Row& row : {Row{"a low finding does not block",
                             {2, 5},
                             false,
                             Verdict::Passes,
                             "acme/shop passes: 1 check passed, nothing at or above medium"},
                         Row{"a gap leaves it open",
                             {5},
                             true,
                             Verdict::Incomplete,
                             "acme/shop could not be judged: 1 question is open"},
                         Row{"an undecided check and a gap",
                             {4, 5},
                             true,
                             Verdict::Incomplete,
                             "acme/shop could not be judged: 2 questions are open"},
                         Row{"a finding wins over a gap",
                             {1, 4},
                             true,
                             Verdict::Fails,
                             "acme/shop fails the gate: actions not pinned to a commit"}}) {
    CAPTURE(row.name);
    Run run = sample::run("acme/shop");
    const std::vector<Outcome> all = run.result.outcomes;
    run.result.outcomes.clear();
    for (const std::size_t i : row.outcomes) {
      run.result.outcomes.push_back(all[i]);
    }
    run.result.not_covered.resize(row.gap ? 1 : 0);
    const Report report = make_report(run, {}, Intent{}, Severity::Medium);
    CHECK(report.gate.verdict == row.verdict);
    CHECK(report.verdict == row.sentence);
  }
}

TEST_CASE("one broken document is one question, however many checks wait for it") {
  Run run = sample::run("x");
  const Outcome open = run.result.outcomes[4];
  Outcome other = open;
  other.rule = "workflow-action-unpinned";
  Outcome elsewhere = open;
  elsewhere.where = sample::place("a", 1);
  run.result.outcomes = {elsewhere, open, other};
  run.result.not_covered.clear();
  const Report report = make_report(run, {}, Intent{}, Severity::Medium);
  CHECK(report.counts.undecided == 3);
  CHECK(report.gate.open_questions == 2);
  REQUIRE(report.questions.size() == 2);
  CHECK(report.questions[0].where == "x:11:3");
  CHECK(report.questions[0].rules ==
        std::vector<std::string>{"workflow-static-aws-keys", "workflow-action-unpinned"});
  CHECK(report.questions[1].where == "a:1:3");
}

TEST_CASE("the subject is the repository, else the folder in words") {
  struct Row {
    const char* name;
    const char* repository;
    const char* root;
    const char* subject;
  };

  for (const Row& row :
       {Row{"repository", "acme/shop", ".", "acme/shop"}, Row{"folder", "", "infra", "infra"},
        Row{"here", "", ".", "this folder"}}) {
    CAPTURE(row.name);
    Run run = sample::run("x");
    run.repository = row.repository;
    run.root = row.root;
    CHECK(make_report(run, {}, Intent{}, Severity::Medium).subject == row.subject);
  }
}

TEST_CASE("a finding's age in words") {
  struct Row {
    const char* name;
    FindingState state;
    std::size_t age;
    const char* text;
  };

  for (const Row& row : {Row{"new", FindingState::New, 0, "new"},
                         Row{"back", FindingState::Reopened, 12, "reopened"},
                         Row{"today", FindingState::Persisting, 0, "open since today"},
                         Row{"one day", FindingState::Persisting, 1, "open for 1 day"},
                         Row{"days", FindingState::Persisting, 12, "open for 12 days"}}) {
    CAPTURE(row.name);
    Item item;
    item.state = row.state;
    item.age_days = row.age;
    CHECK(state_text(item) == row.text);
  }
}

}  // namespace
}  // namespace muster::report
