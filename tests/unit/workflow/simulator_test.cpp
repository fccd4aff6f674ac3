// The bound on what one rule may simulate for one run of a workflow.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "checks/core/engine.h"
#include "checks/workflow/scenario.h"

namespace muster::workflow {
namespace {

/// Jobs that wait for each other, each with a condition of its own that nothing here decides.
std::string long_chain(std::size_t jobs) {
  std::string text = "on: push\njobs:\n";
  for (std::size_t i = 0; i < jobs; ++i) {
    const std::string number = std::to_string(i);
    text += "  j" + number + ":\n    runs-on: x\n";
    text += i > 0 ? "    needs: j" + std::to_string(i - 1) + "\n" : "";
    text += "    if: always() && vars.v" + number + " == 'on'\n    steps: [{run: make}]\n";
  }
  return text;
}

Tally ask_whether_last_runs(std::size_t jobs) {
  Facts facts;
  facts.documents.push_back(
      {DocumentKind::GithubWorkflow, SourceId(".github/workflows/main.yml"), long_chain(jobs)});
  const Intent intent;
  const AuditInput input(facts, intent, TimePoint{});
  const JobRuns& runs = input.model<JobRuns>();
  REQUIRE(runs.all().size() == jobs);
  const RunGraph graph = RunGraph::build(runs, runs.all().front());
  const RunPlace first{0, nullptr};
  const RunPlace last{jobs - 1, nullptr};
  Simulator simulator(intent);
  return simulator.ask(graph, "push", {first, last}, {first, Ending::Failure},
                       [&](const Course& good, const Course&, const Assumptions&) {
                         return std::optional(good.ran(last));
                       });
}

TEST_CASE("few ways are looked at whole") {
  const Tally tally = ask_whether_last_runs(4);
  CHECK_FALSE(tally.gave_up);
  CHECK(tally.yes == 8);
  CHECK(tally.no == 8);
}

TEST_CASE("too many ways are given up, and then nothing is certain") {
  const Tally tally = ask_whether_last_runs(kMostJobs);
  CHECK(tally.gave_up);
  CHECK_FALSE(tally.always());
  CHECK_FALSE(tally.never());
}

/// What a rule says of the job, in a chain of jobs that each deploy.
std::vector<OutcomeKind> said_of(const std::string& rule, std::size_t jobs, std::size_t job) {
  std::string text = long_chain(jobs);
  const std::string step = "steps: [{run: make}]";
  const std::string deploys =
      "steps: [{uses: aws-actions/configure-aws-credentials@v4, with: {role-to-assume: r}}, "
      "{run: aws ecs update-service --service s --force-new-deployment}]";
  for (std::size_t at = text.find(step); at != std::string::npos;
       at = text.find(step, at + deploys.size())) {
    text.replace(at, step.size(), deploys);
  }
  Facts facts;
  facts.documents.push_back(
      {DocumentKind::GithubWorkflow, SourceId(".github/workflows/main.yml"), text});
  std::vector<OutcomeKind> kinds;
  for (const Outcome& outcome :
       audit({facts, Intent{}, TimePoint{}}, registered_checks()).outcomes) {
    if (outcome.rule == rule && outcome.asset.id.ends_with("#jobs.j" + std::to_string(job))) {
      kinds.push_back(outcome.kind);
    }
  }
  return kinds;
}

TEST_CASE("a guard that could not be followed to the end does not pass") {
  using Kinds = std::vector<OutcomeKind>;
  const std::string rule = "workflow-vacuous-needs-guard";
  CHECK(said_of(rule, 4, 3) == Kinds{OutcomeKind::Fail});
  CHECK(said_of(rule, 60, 59) == Kinds{OutcomeKind::Undecided});
}

}  // namespace
}  // namespace muster::workflow
