// A deploying job without `environment:`, or with one that is empty under some event: no reviewer,
// no branch rule, and a subject that any branch's jobs share.
#include <algorithm>

#include "checks/workflow/deployments.h"

namespace muster::workflow {
namespace {

/// The event under which the job's `environment:` is empty; empty text when there is none.
std::string event_without_environment(const JobRun& run, const Intent& intent) {
  const std::vector<Presented> sets = presented(run, intent);
  const auto found = std::find_if(sets.begin(), sets.end(), [](const Presented& set) {
    return set.tokens.context != oidc::ContextKind::Environment;
  });
  return found != sets.end() ? found->event : "";
}

/// Why the job is judged as one that needs an environment; empty when it has one or needs none.
std::string lack_of(const JobRun& run, const EnvironmentGuess& guess, const Intent& intent) {
  const std::string event = run.job->environment ? event_without_environment(run, intent) : "";
  if (is_below_production(guess.kind) || (run.job->environment && event.empty())) {
    return "";
  }
  const std::string why =
      guess.kind == EnvironmentClass::Production
          ? "taken for production by its " + guess.from
          : "nothing tells which environment it deploys to, so it is judged as production";
  return event.empty() ? why : "its `environment` is empty under `" + event + "`; " + why;
}

void judge_environment(const JobRun& run, const Deploy& deploy, const Intent& intent,
                       Outcomes& out) {
  const EnvironmentGuess guess = run.recognised->environment;
  const std::string lack = lack_of(run, guess, intent);
  if (lack.empty()) {
    out.pass(run.asset(), run.job->id.where);
    return;
  }
  const bool production = guess.kind == EnvironmentClass::Production;
  OutcomeDraft draft =
      out.fail(run.asset(), run.job->id.where, text_witness("deploys", deploy.verb));
  draft.arg("job", run.job->id.value)
      .arg("verb", deploy.verb)
      .severity(production ? Severity::High : Severity::Medium)
      .because(lack);
  add_path(draft, deploy);
}

/// The way to run the job that lacks an environment, else the first.
const JobRun& least_environment(const std::vector<const JobRun*>& runs, const Intent& intent) {
  const auto lacking = std::find_if(runs.begin(), runs.end(), [&](const JobRun* run) {
    return !lack_of(*run, run->recognised->environment, intent).empty();
  });
  return lacking != runs.end() ? **lacking : *runs.front();
}

/// A job of which it is not known whether it deploys: that matters where it lacks an environment.
void judge_open_job(const std::vector<const JobRun*>& runs, const Intent& intent, Outcomes& out) {
  const JobRun* open_run = nullptr;
  for (const JobRun* run : runs) {
    const auto open = run->recognised->may_deploy;
    open_run = open ? run : open_run;
    if (open && !lack_of(*run, run->recognised->environment, intent).empty()) {
      out.undecided(
          run->asset(), open->where,
          "job `" + run->job->id.value +
              "` has no `environment`, and whether it deploys is not known: " + open->in_words());
      return;
    }
  }
  if (open_run != nullptr) {
    out.pass(open_run->asset(), open_run->job->id.where);
  }
}

void deploy_without_environment(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    const std::vector<const JobRun*> all = deploying(runs);
    if (all.empty()) {
      judge_open_job(runs, input.intent(), out);
    } else {
      const JobRun& run = least_environment(all, input.intent());
      judge_environment(run, run.recognised->deploys.front(), input.intent(), out);
    }
  }
}

const Register kDeployWithoutEnvironmentCheck{
    "workflow-deploy-without-environment", deploy_without_environment, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
