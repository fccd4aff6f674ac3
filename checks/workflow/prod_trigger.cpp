// Production that is deployed by a push to a branch, a pull request, a timer, a stranger's comment
// or a workflow that may have failed: nobody decides that this commit goes live now. Terraform
// under pull requests is workflow-terraform-apply-gate's.
#include <algorithm>
#include <map>

#include "checks/workflow/deployments.h"
#include "checks/workflow/reach.h"
#include "checks/workflow/shaped_table.h"

namespace muster::workflow {
namespace {

/// A start that nobody has asked for, from harmless to worst.
struct Unasked {
  const TimedDeploy* deploy = nullptr;
  const Presented* start = nullptr;
  Severity severity = Severity::Info;
};

bool has_environment(const Presented& start) {
  return start.tokens.context == oidc::ContextKind::Environment;
}

/// Whether the run may be of a branch: tags are pushed on purpose.
bool on_branch(const Presented& start) {
  const auto& refs = start.tokens.refs;
  return start.tokens.context == oidc::ContextKind::Branch ||
         (has_environment(start) &&
          std::any_of(refs.begin(), refs.end(),
                      [](const std::string& ref) { return ref.starts_with("refs/heads/"); }));
}

/// Whether anybody on GitHub starts the deploy by such an event, a comment for one.
bool strangers_start(const JobRun& run, const Presented& start, const AuditInput& input) {
  return starter_of(*start.trigger, input.model<Workflows>()) == Hand::Outsider &&
         can_run(run, input.intent(), start.moment(true));
}

bool is_unasked(const JobRun& whole, const TimedDeploy& timed, const Presented& start,
                const AuditInput& input) {
  if (start.event.starts_with("pull_request")) {
    return timed.deploy.kind != "terraform";
  }
  if (start.event == "schedule" || start.event == "push") {
    return start.event == "schedule" || on_branch(start);
  }
  const JobRun run = up_to(whole, *timed.deploy.step);
  return start.event == "workflow_run" ? runs_after_failure(run)
                                       : strangers_start(run, start, input);
}

Severity severity_of(const Presented& start, const Intent& intent) {
  if (!has_environment(start)) {
    return Severity::High;
  }
  return has_reviewers(start, intent)      ? Severity::Info
         : lacks_protection(start, intent) ? Severity::High
                                           : Severity::Medium;
}

/// The worst start of the job that nobody has asked for; null when there is none.
Unasked worst_start(const std::vector<DeployingRun>& runs, const AuditInput& input) {
  const Intent& intent = input.intent();
  Unasked worst;
  for (const DeployingRun& run : runs) {
    for (const TimedDeploy& timed : run.deploys) {
      for (const Presented& start : timed.starts) {
        const bool production = class_at(run, start, intent) == EnvironmentClass::Production;
        if (!production || !is_unasked(*run.run, timed, start, input)) {
          continue;
        }
        const Severity severity = severity_of(start, intent);
        if (worst.start == nullptr || severity > worst.severity) {
          worst = {&timed, &start, severity};
        }
      }
    }
  }
  return worst;
}

/// Whether the job deploys to production at all.
bool reaches_production(const std::vector<DeployingRun>& runs, const Intent& intent) {
  return std::any_of(runs.begin(), runs.end(), [&](const DeployingRun& run) {
    return std::any_of(run.deploys.begin(), run.deploys.end(), [&](const TimedDeploy& timed) {
      return std::any_of(timed.starts.begin(), timed.starts.end(), [&](const auto& start) {
        return class_at(run, start, intent) == EnvironmentClass::Production;
      });
    });
  });
}

/// Why nobody has asked for it, where the event alone does not tell.
std::string unasked_in_words(const Presented& start) {
  if (start.event == "workflow_run") {
    return "it goes on when the workflow before has failed, and ";
  }
  const std::string_view act = start.event.starts_with("pull_request") ? "" : act_of(start.event);
  return act.empty() ? "" : "anyone who " + std::string(act) + " starts it, and ";
}

std::string gate_in_words(const Unasked& found, const Intent& intent) {
  if (!has_environment(*found.start)) {
    return "it has no `environment`, so nothing can hold it back";
  }
  const std::string name = found.start->tokens.environment.value_or("…");
  if (lacks_protection(*found.start, intent)) {
    return "environment `" + name + "` has no rule that holds it back";
  }
  return found.severity == Severity::Info
             ? "reviewers of environment `" + name + "` approve it"
             : "environment `" + name + "` holds it back only if it has reviewers";
}

/// Whether the job waits, perhaps through others, for a job of which as much is said already: what
/// follows an unasked deploy (further regions, a rollback) is no decision of its own.
bool follows(const JobRun& run, Severity severity, const std::map<const Job*, Severity>& said) {
  const auto needed = run.workflow->needed_by(*run.job);
  return std::any_of(needed.begin(), needed.end(), [&](const Job* before) {
    const auto found = said.find(before);
    return found != said.end() && found->second >= severity;
  });
}

void prod_trigger(const AuditInput& input, Outcomes& out) {
  std::map<const Job*, Severity> said;
  for (const auto& runs : input.model<Deployments>().by_job()) {
    const Unasked found = worst_start(runs, input);
    if (found.start != nullptr) {
      said.emplace(runs.front().run->job, found.severity);
    }
  }
  for (const auto& runs : input.model<Deployments>().by_job()) {
    const JobRun& run = *runs.front().run;
    const Unasked found = worst_start(runs, input);
    if (found.start != nullptr && follows(run, found.severity, said)) {
      continue;
    }
    if (found.start == nullptr) {
      if (reaches_production(runs, input.intent())) {
        out.pass(run.asset(), run.job->id.where);
      }
      continue;
    }
    auto draft = out.fail(run.asset(), found.start->trigger->event.where,
                          text_witness("event", found.start->event));
    draft.arg("job", run.job->id.value)
        .arg("event", found.start->event)
        .arg("verb", found.deploy->deploy.verb)
        .severity(found.severity)
        .because(unasked_in_words(*found.start) + gate_in_words(found, input.intent()));
    add_path(draft, found.deploy->deploy);
  }
}

const Register kProdTriggerCheck{"workflow-prod-trigger", prod_trigger, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
