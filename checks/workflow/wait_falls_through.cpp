// A loop that waits for a deploy, and goes on when its rounds are over: the run is green although
// nobody knows how it went. Asked of the script's program with a state that is never the last one.
#include <algorithm>

#include "checks/workflow/awaited.h"
#include "checks/workflow/chain.h"
#include "checks/workflow/shell_signal.h"
#include "checks/workflow/smoke.h"

namespace muster::workflow {
namespace {

/// No text that the script compares with.
constexpr int kNoText = 1'000'000;

/// The program as it runs while the deploy is still at work: its state equals none of the texts.
ShellProgram while_at_work(ShellProgram program) {
  for (ShellOp& op : program.ops) {
    if (op.kind == ShellOp::Kind::Depends) {
      op.kind = ShellOp::Kind::Set;
      op.value = 1;
    } else if (op.kind == ShellOp::Kind::Assign && op.value == kDependentText) {
      op.value = kNoText;
    }
  }
  return program;
}

bool has_loop_word(std::string_view script) {
  return script.find("for ") != std::string_view::npos ||
         script.find("while ") != std::string_view::npos ||
         script.find("until ") != std::string_view::npos;
}

enum class LoopEnd { None, Unknown, GoesOn, Ends };

/// How the waiting loop of a step ends when the deploy does not.
LoopEnd loop_end(const JobRun& run, const Step& step, const Deploy& deploy) {
  const auto is_poll = [&](const std::vector<std::string>& words) {
    return polls_for(deploy, Command{words, 0, 0, false});
  };
  const bool polls = std::any_of(
      run.script->commands.begin(), run.script->commands.end(), [&](const StepCommand& item) {
        return item.step == &step && item.via.empty() && polls_for(deploy, item.command);
      });
  if (!polls || step.kind != Step::Kind::Run || !has_loop_word(step.run.value)) {
    return LoopEnd::None;
  }
  const auto options = shell_options(shell_text(*run.workflow, *run.job, step));
  if (!options) {
    return LoopEnd::Unknown;
  }
  const ShellProgram program = compile_shell(step.run.value, *options, is_poll);
  if (!program.has_depends) {
    return LoopEnd::None;
  }
  const auto goes_on = only_ends_well(while_at_work(program));
  return !goes_on ? LoopEnd::Unknown : *goes_on ? LoopEnd::GoesOn : LoopEnd::Ends;
}

/// Whether a waiter of its own stands behind the deploy too.
bool has_waiter(const JobRun& run, const Deploy& deploy) {
  return std::any_of(
      run.script->commands.begin(), run.script->commands.end(), [&](const StepCommand& item) {
        return waits_for_end(deploy, item.command) && !run.is_for_failure(*item.step);
      });
}

void judge_loops(const DeployingRun& deploying, Outcomes& out) {
  const JobRun& run = *deploying.run;
  const auto last =
      std::find_if(deploying.deploys.rbegin(), deploying.deploys.rend(),
                   [&](const TimedDeploy& one) { return !run.is_for_failure(*one.deploy.step); });
  if (last == deploying.deploys.rend() || has_waiter(run, last->deploy)) {
    return;
  }
  const Deploy& deploy = last->deploy;
  const auto& steps = run.script->steps;
  for (auto step = std::find(steps.begin(), steps.end(), deploy.step); step != steps.end();
       ++step) {
    const LoopEnd end = run.is_for_failure(**step) ? LoopEnd::None : loop_end(run, **step, deploy);
    const SourceRef& where = (*step)->run.where;
    if (end == LoopEnd::Ends) {
      out.pass(run.asset(), where);
      return;
    }
    if (end == LoopEnd::Unknown) {
      out.undecided(run.asset(), where,
                    "whether the loop that waits for `" + deploy.verb +
                        "` fails in the end is not known: its script cannot be followed");
      return;
    }
    if (end == LoopEnd::GoesOn) {
      out.fail(
             run.asset(), where,
             text_witness("scenario", "`" + deploy.verb +
                                          "` is still at work after the last round, and the run is "
                                          "green"))
          .arg("job", run.job->id.value)
          .arg("verb", deploy.verb)
          .severity(graded(Severity::Medium, deploying.guess.kind))
          .because(
              "write `exit 1` behind the loop, and `exit 0` or a flag where it now says `break`")
          .related(deploy.where, "the deploy that it waits for");
      return;
    }
  }
}

void wait_falls_through(const AuditInput& input, Outcomes& out) {
  for (const std::vector<DeployingRun>& job : input.model<Deployments>().by_job()) {
    judge_loops(job.front(), out);
  }
}

const Register kWaitFallsThroughCheck{
    "workflow-wait-falls-through", wait_falls_through, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
