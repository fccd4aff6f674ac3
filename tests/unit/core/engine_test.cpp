// The engine: needs, twins, order, messages, coverage, fingerprints. The checks here are stand-ins
// under real rule ids.
#include "checks/core/engine.h"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

using namespace muster;

namespace {

constexpr const char* kRule = "workflow-static-aws-keys";
constexpr const char* kOtherRule = "workflow-action-unpinned";

const Asset kJob{"workflow-job", "deploy.yml#jobs.deploy"};

SourceRef at(std::uint32_t line) {
  return {SourceId("deploy.yml"), Span{line, 1, line, 5}};
}

Witness witness() {
  return {WitnessKind::Text, {{"key", {"value"}}}};
}

AuditResult run(const std::vector<Check>& checks, const Facts& facts = {}) {
  return audit({facts, Intent{}, TimePoint{}}, checks);
}

void says_nothing(const AuditInput&, Outcomes&) {}

void passes(const AuditInput&, Outcomes& out) {
  out.pass(kJob, at(3));
}

void fails_on_line_three(const AuditInput&, Outcomes& out) {
  out.fail(kJob, at(3), witness()).anchor("env").arg("key", "a").arg("job", "deploy");
}

void fails_otherwise(const AuditInput&, Outcomes& out) {
  out.fail(kJob, at(40), witness())
      .anchor("env")
      .arg("key", "b")
      .severity(Severity::Low)
      .because("for another reason");
}

std::vector<Unreadable> one_unreadable(const AuditInput&) {
  return {{SourceId("broken.yml"), Error{ErrorCode::Syntax, "cannot read this", at(7)}}};
}

std::vector<Unreadable> same_without_a_place(const AuditInput&) {
  return {{SourceId("broken.yml"), Error{ErrorCode::Limit, "too large", std::nullopt}},
          {SourceId("large.yml"), Error{ErrorCode::Limit, "too large", std::nullopt}}};
}

}  // namespace

TEST_CASE("a check that reports nothing is not applicable, once, on the repository") {
  const AuditResult result = run({{kRule, says_nothing, {}}});
  REQUIRE(result.outcomes.size() == 1);
  CHECK(result.outcomes[0].kind == OutcomeKind::NotApplicable);
  CHECK(result.outcomes[0].asset == Asset{"repository", "."});
  CHECK(result.coverage == std::vector<RuleCoverage>{{kRule, 0, 0, 0, 0}});
}

TEST_CASE("an unreadable document makes the rule undecided on it, and the rest is judged") {
  const AuditResult result = run({{kRule, passes, {one_unreadable, same_without_a_place}}});
  REQUIRE(result.outcomes.size() == 3);
  const Outcome& broken = result.outcomes[0];
  CHECK(broken.kind == OutcomeKind::Undecided);
  CHECK(broken.asset == Asset{"document", "broken.yml"});
  CHECK(broken.where == at(7));
  CHECK(broken.reason == "cannot read this");
  const Outcome& large = result.outcomes[1];
  CHECK(large.asset == Asset{"document", "large.yml"});
  CHECK(large.where == SourceRef{SourceId("large.yml"), Span{}});
  CHECK(result.outcomes[2].kind == OutcomeKind::Pass);
  CHECK(result.coverage == std::vector<RuleCoverage>{{kRule, 1, 0, 0, 2}});
}

TEST_CASE("a check whose documents are all unreadable never counts as not applicable") {
  const AuditResult result = run({{kRule, says_nothing, {one_unreadable}}});
  REQUIRE(result.outcomes.size() == 1);
  CHECK(result.outcomes[0].kind == OutcomeKind::Undecided);
}

TEST_CASE("two outcomes on one asset and anchor are told apart in document order") {
  const auto twins = [](const AuditInput&, Outcomes& out) {
    out.pass(kJob, at(9)).anchor("steps[push]");
    out.fail(kJob, at(4), witness()).anchor("steps[push]");
    out.pass(kJob, at(6)).anchor("steps[push]");
    out.pass(kJob, at(5)).anchor("steps[push]#2");
  };
  const AuditResult result = run({{kRule, twins, {}}});
  std::set<std::string> anchors;
  std::set<std::string> fingerprints;
  for (const Outcome& outcome : result.outcomes) {
    anchors.insert(outcome.anchor);
    fingerprints.insert(outcome.fingerprint);
  }
  CHECK(anchors.size() == 4);
  CHECK(fingerprints.size() == 4);
  CHECK(result.outcomes[0].anchor == "steps[push]");
}

TEST_CASE(
    "outcomes are sorted: fails with the worst first, then undecided, passes, not applicable") {
  const auto mixed = [](const AuditInput&, Outcomes& out) {
    out.pass(kJob, at(1)).anchor("pass");
    out.undecided(kJob, at(1), "unknown").anchor("unknown");
    out.fail(kJob, at(1), witness()).severity(Severity::Low).anchor("low");
    out.fail(kJob, at(1), witness()).severity(Severity::Critical).anchor("worst");
    out.fail(kJob, at(1), witness()).severity(Severity::Critical).anchor("also worst");
  };
  const AuditResult result = run({{kRule, mixed, {}}, {kOtherRule, says_nothing, {}}});
  std::vector<std::string> order;
  for (const Outcome& outcome : result.outcomes) {
    order.push_back(outcome.anchor);
  }
  CHECK(order == std::vector<std::string>{"also worst", "worst", "low", "unknown", "pass", ""});
}

TEST_CASE("the order in which checks are registered does not show") {
  const std::vector<Check> one = {{kRule, passes, {}}, {kOtherRule, fails_on_line_three, {}}};
  const std::vector<Check> other = {one[1], one[0]};
  const AuditResult a = run(one);
  const AuditResult b = run(other);
  REQUIRE(a.outcomes.size() == b.outcomes.size());
  for (std::size_t i = 0; i < a.outcomes.size(); ++i) {
    CHECK(a.outcomes[i].fingerprint == b.outcomes[i].fingerprint);
  }
}

TEST_CASE("a fingerprint does not depend on line, message, severity or reason") {
  const AuditResult before = run({{kRule, fails_on_line_three, {}}});
  const AuditResult after = run({{kRule, fails_otherwise, {}}});
  CHECK(before.outcomes[0].message != after.outcomes[0].message);
  CHECK(before.outcomes[0].severity != after.outcomes[0].severity);
  CHECK(before.outcomes[0].fingerprint == after.outcomes[0].fingerprint);
}

TEST_CASE("a fingerprint depends on rule, asset kind, asset id and anchor, each on its own") {
  const std::set<std::string> all = {
      fingerprint("rule", {"kind", "id"}, "anchor"), fingerprint("rulx", {"kind", "id"}, "anchor"),
      fingerprint("rule", {"kinx", "id"}, "anchor"), fingerprint("rule", {"kind", "ix"}, "anchor"),
      fingerprint("rule", {"kind", "id"}, "anchox"),
      // The fields are length-prefixed: moving a letter over a border is another fingerprint.
      fingerprint("rule", {"kindi", "d"}, "anchor"), fingerprint("rule", {"kind", "ida"}, "nchor")};
  CHECK(all.size() == 7);
  for (const std::string& one : all) {
    CHECK(one.size() == 32);
  }
}

TEST_CASE("only fails carry the rule's message; everything else carries its title") {
  const AuditResult fail = run({{kRule, fails_on_line_three, {}}});
  CHECK(fail.outcomes[0].message == "job `deploy` takes AWS access keys from `a`");
  const AuditResult pass = run({{kRule, passes, {}}});
  CHECK(pass.outcomes[0].message == find_rule(kRule)->title);
}

TEST_CASE("messages fill known places and keep what they do not know") {
  Outcome outcome;
  outcome.asset = kJob;
  outcome.args = {{"job", "deploy"}, {"brace", "{job}"}};

  struct Row {
    const char* name;
    const char* pattern;
    const char* text;
  };

  const Row rows[] = {
      {"argument", "job `{job}` fails", "job `deploy` fails"},
      {"asset", "{asset} fails", "deploy.yml#jobs.deploy fails"},
      {"unknown name", "a {nothing} b", "a {nothing} b"},
      {"open brace", "a {job", "a {job"},
      {"close brace", "a } b", "a } b"},
      {"value with braces is not filled again", "{brace}!", "{job}!"},
      {"empty", "", ""},
      {"at the end", "x{job}", "xdeploy"},
  };
  for (const Row& row : rows) {
    INFO(row.name);
    CHECK(render_message(row.pattern, outcome) == row.text);
  }
}

TEST_CASE("a proof becomes exactly the outcome it stands for") {
  Outcomes out(kRule, Severity::High);
  out.fail_if(Proof::yes(witness()), kJob, at(1));
  out.fail_if(Proof::no(), kJob, at(1));
  out.fail_if(Proof::undecided("not read"), kJob, at(1));
  REQUIRE(out.items().size() == 3);
  CHECK(out.items()[0].kind == OutcomeKind::Fail);
  CHECK(out.items()[0].witness == witness());
  CHECK(out.items()[0].severity == Severity::High);
  CHECK(out.items()[1].kind == OutcomeKind::Pass);
  CHECK(out.items()[1].witness.fields.empty());
  CHECK(out.items()[2].kind == OutcomeKind::Undecided);
  CHECK(out.items()[2].reason == "not read");
}

TEST_CASE("what was not covered is handed on, sorted") {
  Facts facts;
  facts.not_covered = {{"z", "why", true}, {"a", "why", false}};
  const AuditResult result = run({}, facts);
  REQUIRE(result.not_covered.size() == 2);
  CHECK(result.not_covered[0].what == "a");
}
