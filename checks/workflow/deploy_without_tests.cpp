// A deploy before which no test runs that could hold it back.
#include <algorithm>

#include "checks/text/ascii.h"
#include "checks/workflow/chain.h"
#include "checks/workflow/guard.h"
#include "checks/workflow/shell_signal.h"
#include "checks/workflow/smoke.h"

namespace muster::workflow {
namespace {

/// Whether the step's script ends with 0 however its tests end.
bool swallows_failure(const Chain& chain, const ChainPart& test) {
  const JobRun* run = chain.parts->graph.jobs()[test.place.job].run;
  const Step* step = test.place.step;
  if (run == nullptr || step == nullptr || step->kind != Step::Kind::Run) {
    return false;
  }
  const bool own = std::any_of(run->script->commands.begin(), run->script->commands.end(),
                               [&](const StepCommand& item) {
                                 return item.step == step && item.where == test.where &&
                                        item.via.size() == run->script->calls_of(step).size();
                               });
  const auto options = shell_options(shell_text(*run->workflow, *run->job, *step));
  if (!own || !options) {
    return false;
  }
  const ShellProgram program = compile_shell(
      step->run.value, *options,
      [](const std::vector<std::string>& words) { return is_test(Command{words, 0, 0, false}); });
  return signal_of(program, Failing::Status).kind == Signal::Kind::Never;
}

/// What a test before the deploy is worth.
enum class TestWorth { Elsewhere, Swallowed, Ignored, Holds };

TestWorth worth_of(const Chain& chain, const ChainPart& test, const Intent& intent) {
  const RunPlace deploy = chain.place(*chain.deploys.front());
  if (!chain.parts->comes_before(test.place, deploy)) {
    return TestWorth::Elsewhere;
  }
  if (swallows_failure(chain, test)) {
    return TestWorth::Swallowed;
  }
  const RunPlace job{test.place.job, nullptr};
  for (const std::string& event : chain.events) {
    const Simulation simulation(chain.parts->graph, intent, event, {deploy, test.place, job});
    const Tally tally = ask_worlds(
        simulation, {test.place, Ending::Failure},
        [&](const Course& good, const Course& bad, const Assumptions&) -> std::optional<bool> {
          if (!good.ran(deploy) || !good.ran(test.place)) {
            return std::nullopt;
          }
          return !bad.ran(deploy);
        });
    if (tally.yes > 0 || tally.gave_up) {
      return TestWorth::Holds;
    }
  }
  return TestWorth::Ignored;
}

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
  if (const Input* version = version_input(*run.entry)) {
    return "the version that is given as `" + version->name.value +
           "` may have been tested where it was built";
  }
  return run.entry->find_trigger("workflow_run") != nullptr
             ? "the workflow that runs before it may test"
             : "";
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
  } else if (beside != nullptr) {
    severity = Severity::Low;
    draft.because("the tests of `" + beside->source.path() +
                  "` run beside it, and nothing here makes the deploy wait for them");
  } else {
    draft.because("add a job that tests, and name it in the `needs` of the deploy");
  }
  draft.severity(graded(severity, chain.deploying->guess.kind));
  add_calls(draft, deploy.via);
}

void judge_tests_before(const Chain& chain, const AuditInput& input, Outcomes& out) {
  const JobRun& run = *chain.deploying->run;
  const ChainPart* useless = nullptr;
  TestWorth best = TestWorth::Elsewhere;
  for (const ChainPart& test : chain.parts->tests) {
    const TestWorth worth = worth_of(chain, test, input.intent());
    if (worth > best) {
      best = worth;
      useless = &test;
    }
  }
  if (best == TestWorth::Holds) {
    out.pass(run.asset(), useless->where);
    return;
  }
  const std::string unknown = untold(chain);
  if (!unknown.empty()) {
    out.undecided(run.asset(), chain.deploys.front()->deploy.where,
                  "whether something tests before `" + chain.deploys.front()->deploy.verb +
                      "` is not known: " + unknown);
    return;
  }
  report_no_tests(chain, useless, best, input.model<JobRuns>(), out);
}

void deploy_without_tests(const AuditInput& input, Outcomes& out) {
  for (const std::vector<Chain>& job : input.model<Chains>().by_job()) {
    const Chain& chain = job.front();
    const bool service =
        std::any_of(chain.deploys.begin(), chain.deploys.end(),
                    [&](const TimedDeploy* timed) { return !is_infrastructure(timed->deploy); });
    if (service && !is_rollback_workflow(*chain.deploying->run->workflow) &&
        !runs_past_guard(chain, input.intent())) {
      judge_tests_before(chain, input, out);
    }
  }
}

const Register kDeployWithoutTestsCheck{
    "workflow-deploy-without-tests", deploy_without_tests, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
