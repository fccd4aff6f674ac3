// A third-party action or workflow named by tag or branch: its owner, or whoever takes over the
// account, can change what runs.
#include <algorithm>

#include "checks/workflow/deployments.h"

namespace muster::workflow {
namespace {

/// Local actions run at the commit of the workflow itself, and need no pin.
bool is_local(std::string_view uses) {
  return uses.starts_with("./") || uses.starts_with("$/");
}

/// Whoever could change GitHub's own actions runs the runner anyway.
bool is_githubs_own(std::string_view uses) {
  return uses.starts_with("actions/") || uses.starts_with("github/");
}

/// Whether a changed action in this job could reach AWS or a secret.
bool holds_power(const JobRun& run) {
  return token_permission(run).answer != TokenPermission::Answer::Denied ||
         !run.recognised->credentials.empty() || run.job->secrets_inherit;
}

void judge(const Workflow& workflow, const Job& job, const Step* step, const Text& uses, bool power,
           Outcomes& out) {
  const Asset asset = step != nullptr ? workflow.asset(job, *step) : workflow.asset(job);
  if (is_local(uses.value)) {
    return;
  }
  if (is_pinned_use(uses.value)) {
    out.pass(asset, uses.where);
    return;
  }
  out.fail(asset, uses.where, text_witness("uses", uses.value))
      .arg("uses", uses.value)
      .arg("job", job.id.value)
      .severity(power && !is_githubs_own(uses.value) ? Severity::Medium : Severity::Low);
}

void action_unpinned(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    const bool power =
        std::any_of(runs.begin(), runs.end(), [&](const JobRun* run) { return holds_power(*run); });
    for (const Step* step : all_steps(*runs.front()->job)) {
      if (step->kind == Step::Kind::Uses) {
        judge(*runs.front()->workflow, *runs.front()->job, step, step->uses, power, out);
      }
    }
  }
  for (const Workflow& workflow : input.model<Workflows>().all()) {
    for (const Job& job : workflow.jobs) {
      // workflow-external-deploy-unpinned speaks about the others.
      if (job.calls_workflow() && external_deploy_power(workflow, job).empty()) {
        judge(workflow, job, nullptr, job.uses, true, out);
      }
    }
  }
}

const Register kActionUnpinnedCheck{
    "workflow-action-unpinned", action_unpinned, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
