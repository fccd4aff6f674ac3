// A deploying job that another run can overtake, or that a newer run can kill half-way.
#include "checks/workflow/jobs.h"

namespace muster::workflow {
namespace {

/// The group that holds for a job: its own, its workflow's, or that of a caller.
const Concurrency* group_of(const JobRun& run) {
  if (run.job->concurrency) {
    return &*run.job->concurrency;
  }
  if (run.workflow->concurrency) {
    return &*run.workflow->concurrency;
  }
  for (auto caller = run.callers.rbegin(); caller != run.callers.rend(); ++caller) {
    if (caller->second->concurrency) {
      return &*caller->second->concurrency;
    }
    if (caller->first->concurrency) {
      return &*caller->first->concurrency;
    }
  }
  return nullptr;
}

void deploy_without_concurrency(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    const JobRun& run = *runs.front();
    const std::vector<Deploy> found = deploys(run, input.intent());
    if (found.empty()) {
      continue;
    }
    const Concurrency* group = group_of(run);
    const bool cancels =
        group != nullptr && group->cancel_in_progress && group->cancel_in_progress->value == "true";
    if (group != nullptr && !cancels) {
      out.pass(run.asset(), run.job->id.where);
      continue;
    }
    out.fail(run.asset(), group != nullptr ? group->where : run.job->id.where,
             text_witness("deploys", found.front().verb))
        .arg("job", run.job->id.value)
        .arg("problem", cancels ? "is killed by the next run (`cancel-in-progress: true`)"
                                : "has no concurrency group")
        .severity(cancels ? Severity::High : Severity::Medium)
        .related(found.front().where, "what it deploys with");
  }
}

const Register kRegister{
    "workflow-deploy-without-concurrency", deploy_without_concurrency, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
