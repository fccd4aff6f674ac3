// ECS with a circuit breaker puts the old version back and is stable again: who only waits for
// "stable" calls a deploy that ECS has undone a success.
#include <algorithm>
#include <array>
#include <optional>

#include "checks/text/ascii.h"
#include "checks/workflow/deployments.h"

namespace muster::workflow {
namespace {

constexpr std::string_view kStableAction = "aws-actions/amazon-ecs-deploy-task-definition";
/// The first release that fails when ECS has rolled back.
constexpr Release kFixed = {2, 6, 2};

/// Whether the release hides a rollback. A part left out is the newest one.
bool is_old(const Release& release) {
  for (std::size_t i = 0; i < release.size(); ++i) {
    if (release[i] < 0 || release[i] > kFixed[i]) {
      return false;
    }
    if (release[i] < kFixed[i]) {
      return true;
    }
  }
  return false;
}

void judge_action(const DeployingRun& run, const Deploy& deploy, const Intent& intent,
                  Outcomes& out) {
  const Step& step = *deploy.step;
  const auto waits =
      is_set(step.input("wait-for-service-stability"), run.run->scope(intent, &step));
  if (!waits.value_or(true)) {
    return;
  }
  const std::string& uses = step.uses.value;
  const bool commit = is_pinned_use(text::lower(uses));
  const std::string release = release_text(step, *run.run->workflow);
  const auto numbers = release_numbers(release);
  const std::string anchor = step.anchor();
  if (commit && !numbers) {
    out.undecided(run.run->asset(), deploy.where,
                  "no comment tells which release `" + uses + "` is")
        .anchor(anchor);
  } else if (numbers && is_old(*numbers)) {
    out.fail(run.run->asset(), deploy.where, text_witness("uses", uses))
        .arg("job", run.run->job->id.value)
        .arg("wait", std::string(kStableAction) + "@" + release)
        .severity(graded(Severity::Medium, run.guess.kind))
        .anchor(anchor);
  } else {
    out.pass(run.run->asset(), deploy.where).anchor(anchor);
  }
}

/// Whether something behind the wait looks at what is running: the service or its own address.
bool looks_again(const JobRun& run, const StepCommand& wait) {
  return std::any_of(
      run.script->commands.begin(), run.script->commands.end(), [&](const StepCommand& item) {
        return &item > &wait && !run.is_for_failure(*item.step) &&
               item.command.starts_with_any(
                   {"aws ecs describe-services", "aws ecs describe-tasks", "aws ecs list-tasks"});
      });
}

/// `aws ecs wait services-stable` behind a deploy of the same job.
void judge_waiter(const DeployingRun& run, Outcomes& out) {
  for (const StepCommand& item : run.run->script->commands) {
    const bool after =
        std::any_of(run.deploys.begin(), run.deploys.end(), [&](const TimedDeploy& timed) {
          return timed.deploy.kind == "ecs" && timed.deploy.command != nullptr &&
                 timed.deploy.command < &item;
        });
    if (!after || !item.command.starts_with("aws ecs wait services-stable") ||
        run.run->is_for_failure(*item.step)) {
      continue;
    }
    if (looks_again(*run.run, item)) {
      out.pass(run.run->asset(), item.where).anchor("services-stable");
    } else {
      out.fail(run.run->asset(), item.where, text_witness("wait", "aws ecs wait services-stable"))
          .arg("job", run.run->job->id.value)
          .arg("wait", "aws ecs wait services-stable")
          .severity(graded(Severity::Low, run.guess.kind))
          .because("nothing behind it compares the task definition that runs")
          .anchor("services-stable");
    }
    return;
  }
}

void stability_hides_rollback(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<Deployments>().by_job()) {
    for (const TimedDeploy& timed : runs.front().deploys) {
      if (timed.deploy.verb == kStableAction) {
        judge_action(runs.front(), timed.deploy, input.intent(), out);
      }
    }
    judge_waiter(runs.front(), out);
  }
}

const Register kStabilityHidesRollbackCheck{
    "workflow-stability-hides-rollback", stability_hides_rollback, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
