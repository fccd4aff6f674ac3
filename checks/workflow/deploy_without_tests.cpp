// A deploy before which no test runs that could hold it back.
#include <algorithm>

#include "checks/text/ascii.h"
#include "checks/workflow/guard.h"
#include "checks/workflow/image_tag.h"
#include "checks/workflow/reach.h"
#include "checks/workflow/test_worth.h"

namespace muster::workflow {
namespace {

/// A test in a job of the same workflow that runs beside the deploy.
const ChainPart* test_apart(const Chain& chain) {
  const RunPlace deploy = chain.place(*chain.deploys.front());
  for (const ChainPart& test : chain.parts->tests) {
    const RunJob& job = chain.parts->graph.jobs()[test.place.job];
    if (test.place.job != deploy.job && job.workflow == chain.deploying->run->workflow &&
        !chain.parts->comes_before(deploy, test.place)) {
      return &test;
    }
  }
  return nullptr;
}

/// A test of another workflow that the same pushes or their pull requests start.
const Workflow* tests_beside(const Chain& chain, const JobRuns& runs) {
  for (const JobRun& run : runs.all()) {
    const bool beside = run.entry != nullptr && run.entry != chain.deploying->run->entry &&
                        (run.entry->find_trigger("push") != nullptr ||
                         run.entry->find_trigger("pull_request") != nullptr);
    if (beside && std::any_of(run.script->commands.begin(), run.script->commands.end(),
                              [](const StepCommand& item) { return is_test(item.command); })) {
      return run.entry;
    }
  }
  return nullptr;
}

/// Whether the image is built in the deploying job or before it: then nothing was tested elsewhere.
bool builds_before(const Chain& chain) {
  const RunPlace deploy = chain.place(*chain.deploys.front());
  const auto& jobs = chain.parts->graph.jobs();
  for (std::size_t job = 0; job < jobs.size(); ++job) {
    const JobRun* run = jobs[job].run;
    if (run == nullptr) {
      continue;
    }
    for (const StepCommand& item : run->script->commands) {
      if (builds_image(item.command) && chain.parts->comes_before({job, item.step}, deploy)) {
        return true;
      }
    }
    for (const Step* step : run->script->steps) {
      if (builds_image(*step) && chain.parts->comes_before({job, step}, deploy)) {
        return true;
      }
    }
  }
  return false;
}

/// Why nobody can tell from here: the version may have been tested where it was built, or what runs
/// before cannot be read. Empty when neither.
std::string untold(const Chain& chain) {
  const JobRun& run = *chain.deploying->run;
  if (run.entry == nullptr) {
    return "no workflow here calls this one, and the caller may test";
  }
  const RunPlace deploy = chain.place(*chain.deploys.front());
  for (const ChainPart& part : chain.parts->closed) {
    const bool test = std::any_of(chain.parts->tests.begin(), chain.parts->tests.end(),
                                  [&](const ChainPart& one) { return one.place == part.place; });
    if (!test && chain.parts->comes_before(part.place, deploy)) {
      return part.what;
    }
  }
  const Input* version = version_input(*run.entry);
  if (version != nullptr && !builds_before(chain)) {
    return "the version that is given as `" + version->name.value +
           "` may have been tested where it was built";
  }
  const bool follows = run.entry->find_trigger("workflow_run") != nullptr &&
                       !runs_after_failure(up_to(run, *chain.deploys.front()->deploy.step));
  return follows ? "the workflow that runs before it may test" : "";
}

void report_no_tests(const Chain& chain, const ChainPart* useless, TestWorth worth,
                     const JobRuns& runs, Outcomes& out) {
  const JobRun& run = *chain.deploying->run;
  const Deploy& deploy = chain.deploys.front()->deploy;
  const Workflow* beside = tests_beside(chain, runs);
  auto draft = out.fail(
      run.asset(), deploy.where,
      text_witness("scenario", "the code fails its tests, and `" + deploy.verb + "` deploys it"));
  draft.arg("job", run.job->id.value).arg("verb", deploy.verb);
  Severity severity = Severity::Medium;
  if (useless != nullptr) {
    draft.because("`" + useless->what + "` in " + chain.parts->named(useless->place) +
                  (worth == TestWorth::Swallowed ? " cannot fail its step: the script ends with 0"
                                                 : " may fail and the deploy still runs"));
    draft.related(useless->where, "the test that does not hold it back");
  } else if (const ChainPart* apart = test_apart(chain)) {
    const std::string job = chain.parts->graph.jobs()[apart->place.job].job->id.value;
    draft.because("`" + apart->what + "` in job `" + job + "` runs beside it; add `needs: [" + job +
                  "]` to the deploy");
    draft.related(apart->where, "the test that it does not wait for");
  } else if (chain.deploying->run->entry->find_trigger("workflow_run") != nullptr) {
    draft.because(
        "it goes on when the workflow before has failed; add `if: "
        "github.event.workflow_run.conclusion == 'success'`");
  } else if (beside != nullptr) {
    severity = Severity::Low;
    draft.because("the tests of `" + beside->source.path() +
                  "` run beside it, and nothing here makes the deploy wait for them");
  } else {
    draft.because("add a job that tests, and name it in the `needs` of the deploy");
  }
  draft.severity(graded(severity, chain.deploying->guess.kind));
  for (const auto& [workflow, caller] : run.callers) {
    draft.related(caller->id.where, "the call before which nothing tests");
  }
  add_calls(draft, deploy.via);
}

/// What is known of the tests before the deploy of one chain.
struct TestsBefore {
  const Chain* chain = nullptr;
  /// The best of them; null without any.
  const ChainPart* test = nullptr;
  TestWorth worth = TestWorth::Elsewhere;
  /// Why nobody can tell; empty when the answer is certain.
  std::string unknown;

  /// How bad it is: tested, not known, untested.
  [[nodiscard]] int rank() const { return worth == TestWorth::Holds ? 0 : unknown.empty() ? 2 : 1; }
};

TestsBefore tests_before(const Chain& chain, TestJudge& judge) {
  TestsBefore found;
  found.chain = &chain;
  const HeldStep held{chain.parts, chain.place(*chain.deploys.front()), chain.events};
  for (const ChainPart& test : chain.parts->tests) {
    const TestWorth worth = judge.worth_of(held, test);
    if (worth > found.worth) {
      found.worth = worth;
      found.test = &test;
    }
    if (worth == TestWorth::Holds) {
      break;
    }
  }
  if (found.worth == TestWorth::Unknown) {
    found.unknown = "whether a failure of `" + found.test->what + "` holds it back " +
                    std::string(kTooManyWays);
  } else if (found.worth != TestWorth::Holds) {
    found.unknown = untold(chain);
  }
  return found;
}

bool is_judged(const Chain& chain, Simulator& simulator) {
  const bool service =
      std::any_of(chain.deploys.begin(), chain.deploys.end(),
                  [](const TimedDeploy* timed) { return !is_infrastructure(timed->deploy); });
  return service && !is_rollback_workflow(*chain.deploying->run->workflow) &&
         !runs_past_guard(chain, simulator);
}

void deploy_without_tests(const AuditInput& input, Outcomes& out) {
  TestJudge judge(input.intent());
  for (const std::vector<Chain>& job : input.model<Chains>().by_job()) {
    // A workflow that is called several times is as bad as its worst caller.
    TestsBefore worst;
    for (const Chain& chain : job) {
      if (is_judged(chain, judge.simulator())) {
        const TestsBefore found = tests_before(chain, judge);
        worst = worst.chain == nullptr || found.rank() > worst.rank() ? found : worst;
      }
    }
    if (worst.chain == nullptr) {
      continue;
    }
    const Asset asset = worst.chain->deploying->run->asset();
    const Deploy& deploy = worst.chain->deploys.front()->deploy;
    if (worst.rank() == 0) {
      out.pass(asset, worst.test->where);
    } else if (worst.rank() == 1) {
      out.undecided(
          asset, deploy.where,
          "whether something tests before `" + deploy.verb + "` is not known: " + worst.unknown);
    } else {
      report_no_tests(*worst.chain, worst.test, worst.worth, input.model<JobRuns>(), out);
    }
  }
}

const Register kDeployWithoutTestsCheck{
    "workflow-deploy-without-tests", deploy_without_tests, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
