// What a person sees at the end of an audit, word for word.
#include "report/terminal.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <regex>
#include <sstream>
#include <string>

#include "tests/unit/report/sample.h"

namespace muster::report {
namespace {

constexpr std::string_view kSteps[] = {"Set `environment: production` on the job, then protect it.",
                                       "Never printed."};

const Rule& sample_rule() {
  static const Rule kRule = [] {
    Rule rule;
    rule.id = "workflow-sample";
    rule.area = "workflow";
    rule.title = "A job deploys without `environment`";
    rule.fix_steps = kSteps;
    return rule;
  }();
  return kRule;
}

/// One rule, written here, so that the texts below do not follow the catalogue.
Report small_report() {
  Run run = sample::run("acme/shop");
  auto& outcomes = run.result.outcomes;
  outcomes = {outcomes[1], outcomes[2], outcomes[4], outcomes[5]};
  for (Outcome& outcome : outcomes) {
    outcome.where = sample::place(".github/workflows/deploy.yml", 13);
    outcome.related.clear();
    outcome.reason.clear();
    outcome.message = "job `deploy prod` deploys with `aws ecs update-service` but has no gate";
  }
  outcomes[0].reason = "taken for production by its role";
  outcomes[0].related = {{sample::place("iam/trust.json", 4), "the clause that refuses it"}};
  outcomes[0].witness = {WitnessKind::Token,
                         {{"sub", {"repo:acme/shop:ref:refs/heads/main"}}, {"aud", {"a", "b"}}}};
  outcomes[1].witness = {WitnessKind::Text, {{"uses", {"checkout@v4"}}}};
  outcomes[2].reason = "`permissions` holds an expression";
  run.result.not_covered = {{"facts/aws", "not collected", true}};
  Intent intent;
  intent.declared = true;
  Report report = make_report(run, sample::delta("x"), intent, Severity::Medium);
  report.verdict = "acme/shop fails the gate: a job without an environment";
  report.groups.front().rule = &sample_rule();
  return report;
}

std::size_t longest_line(const std::string& text) {
  std::istringstream in(text);
  std::size_t longest = 0;
  for (std::string line; std::getline(in, line);) {
    longest = std::max(longest, line.size());
  }
  return longest;
}

TEST_CASE("the summary at 80 columns") {
  CHECK(to_terminal(small_report(), {false, 80, {"out/report.html"}}) ==
        R"(FAIL  acme/shop fails the gate: a job without an environment

MEDIUM  A job deploys without `environment` (workflow-sample)
  .github/workflows/deploy.yml:13:3  [open for 9 days]
    job `deploy prod` deploys with `aws ecs update-service` but has no gate:
    taken for production by its role
    witness: sub = repo:acme/shop:ref:refs/heads/main, aud = a | b
    see iam/trust.json:4:3: the clause that refuses it
  .github/workflows/deploy.yml:13:3  [reopened, low]
    job `deploy prod` deploys with `aws ecs update-service` but has no gate
    fix: Set `environment: production` on the job, then protect it.

Not judged (1 check undecided)
  - facts/aws: not collected
  - .github/workflows/deploy.yml:13:3: `permissions` holds an expression

2 findings: 1 medium, 1 low; 1 at or above medium block.
1 of 3 decided checks passed, 1 undecided; posture 33.3 %.
Since the last run: 0 new, 1 reopened, 2 closed, 1 unchanged, 1 not looked at
again.
Report: out/report.html
)");
}

TEST_CASE("the summary at 40 columns") {
  CHECK(to_terminal(small_report(), {false, 40, {}}) ==
        R"(FAIL  acme/shop fails the gate: a job
      without an environment

MEDIUM  A job deploys without
        `environment` (workflow-sample)
  .github/workflows/deploy.yml:13:3  [open for 9 days]
    job `deploy prod` deploys with `aws
    ecs update-service` but has no gate:
    taken for production by its role
    witness: sub =
             repo:acme/shop:ref:refs/heads/main,
             aud = a | b
    see iam/trust.json:4:3: the clause
        that refuses it
  .github/workflows/deploy.yml:13:3  [reopened, low]
    job `deploy prod` deploys with `aws
    ecs update-service` but has no gate
    fix: Set `environment: production`
         on the job, then protect it.

Not judged (1 check undecided)
  - facts/aws: not collected
  - .github/workflows/deploy.yml:13:3:
    `permissions` holds an expression

2 findings: 1 medium, 1 low; 1 at or
above medium block.
1 of 3 decided checks passed, 1
undecided; posture 33.3 %.
Since the last run: 0 new, 1 reopened, 2
closed, 1 unchanged, 1 not looked at
again.
)");
}

TEST_CASE("colour marks severity and code, takes the backticks and adds nothing else") {
  const Report report = small_report();
  const std::string plain = to_terminal(report, {false, 400, {}});
  const std::string coloured = to_terminal(report, {true, 400, {}});
  CHECK(plain.find('\x1B') == std::string::npos);
  CHECK(coloured.find("\x1B[0;36menvironment\x1B[0m") != std::string::npos);
  CHECK(coloured.find("\x1B[0;36mdeploy\x1B[0m \x1B[0;36mprod\x1B[0m") != std::string::npos);
  const std::string bare = std::regex_replace(coloured, std::regex("\x1B\\[[0-9;]*m"), "");
  std::string expected = plain;
  expected.erase(std::remove(expected.begin(), expected.end(), '`'), expected.end());
  CHECK(bare == expected);
}

TEST_CASE("a narrower terminal than 40 columns is taken for 40, with and without colour") {
  const Report report = small_report();
  CHECK(to_terminal(report, {false, 1, {}}) == to_terminal(report, {false, 40, {}}));
  CHECK(longest_line(to_terminal(report, {false, 80, {}})) <= 80);
}

TEST_CASE("no line of the summary is a command to a runner") {
  const Report report = sample::report("x\n::error::pwned ::stop-commands::y ##[add-mask]z");
  for (const std::size_t width : {40U, 41U, 47U, 53U, 60U, 80U}) {
    std::istringstream in(to_terminal(report, {false, width, {}}));
    for (std::string line; std::getline(in, line);) {
      CAPTURE(line);
      const std::size_t begin = std::min(line.find_first_not_of(' '), line.size());
      CHECK(line.compare(begin, 2, "::") != 0);
      CHECK(line.find("##[") == std::string::npos);
    }
  }
}

TEST_CASE("a report without findings says so") {
  Run run = sample::run("acme/shop");
  run.result.outcomes = {run.result.outcomes[5]};
  run.result.not_covered.clear();
  Intent intent;
  intent.declared = true;
  const Report report = make_report(run, {}, intent, Severity::Medium);
  CHECK(to_terminal(report, {}) ==
        "PASS  acme/shop passes: 1 check passed, nothing at or above medium\n\n"
        "No findings.\n1 of 1 decided check passed, 0 undecided; posture 100.0 %.\n");
}

}  // namespace
}  // namespace muster::report
