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
constexpr std::array<int, 3> kFixed = {2, 6, 2};

/// `v2.6.1` as numbers; what is left out is -1, a release that moves. Nothing for another text.
std::optional<std::array<int, 3>> version_of(std::string_view text) {
  text.remove_prefix(text.starts_with('v') ? 1 : 0);
  std::array<int, 3> version = {-1, -1, -1};
  for (std::size_t i = 0; i < version.size() && !text.empty(); ++i) {
    const std::string_view part = text.substr(0, text.find('.'));
    if (!text::is_digits(part) || part.size() > 4) {
      return std::nullopt;
    }
    version[i] = 0;
    for (const char digit : part) {
      version[i] = version[i] * 10 + (digit - '0');
    }
    text.remove_prefix(std::min(part.size() + 1, text.size()));
  }
  return version[0] < 0 ? std::nullopt : std::optional(version);
}

/// Whether the release hides a rollback. A part left out is the newest one.
bool is_old(const std::array<int, 3>& version) {
  for (std::size_t i = 0; i < version.size(); ++i) {
    if (version[i] < 0 || version[i] > kFixed[i]) {
      return false;
    }
    if (version[i] < kFixed[i]) {
      return true;
    }
  }
  return false;
}

/// The release that a comment behind a commit names: `# v2.6.2`.
std::string release_in_comment(const Workflow& workflow, const SourceRef& where) {
  if (where.source.path() != workflow.source.path()) {
    return "";
  }
  const std::string_view comment = workflow.tree->comment_behind(where.span);
  return std::string(comment.substr(0, comment.find(' ')));
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
  const std::string ref = uses.substr(std::min(uses.find('@') + 1, uses.size()));
  const bool commit = ref.size() == 40 && !version_of(ref);
  const std::string release = commit ? release_in_comment(*run.run->workflow, deploy.where) : ref;
  const auto version = version_of(release);
  const std::string anchor = step.anchor();
  if (commit && !version) {
    out.undecided(run.run->asset(), deploy.where,
                  "no comment tells which release `" + uses + "` is")
        .anchor(anchor);
  } else if (version && is_old(*version)) {
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
        return &item > &wait && (item.command.starts_with("aws ecs describe-services") ||
                                 item.command.starts_with("aws ecs describe-tasks") ||
                                 item.command.starts_with("aws ecs list-tasks"));
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
    if (!after || !item.command.starts_with("aws ecs wait services-stable")) {
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
