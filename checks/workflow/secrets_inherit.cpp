// `secrets: inherit` hands every secret of the repository to a called workflow: to code of others,
// or to one that deploys and needs a few.
#include <algorithm>

#include "checks/text/ascii.h"
#include "checks/workflow/jobs.h"

namespace muster::workflow {
namespace {

bool is_of_owner(const std::string& uses, const Intent& intent) {
  const std::string owner = intent.repository.substr(0, intent.repository.find('/'));
  return !owner.empty() &&
         text::equals_ignoring_case(std::string_view(uses).substr(0, uses.find('/')), owner);
}

/// Whether a job deploys that is reached through this call.
bool leads_to_deploy(const JobRuns& runs, const Job& job) {
  return std::any_of(runs.all().begin(), runs.all().end(), [&](const JobRun& run) {
    return std::any_of(run.callers.begin(), run.callers.end(),
                       [&](const auto& caller) { return caller.second == &job; }) &&
           !run.recognised->deploys.empty();
  });
}

void judge_inherit(const Workflow& workflow, const Job& job, const AuditInput& input,
                   Outcomes& out) {
  const bool local = job.uses.value.starts_with("./") || job.uses.value.starts_with("$/");
  const bool deploying = local && leads_to_deploy(input.model<JobRuns>(), job);
  if (!job.secrets_inherit || (local && !deploying)) {
    out.pass(workflow.asset(job), job.uses.where);
    return;
  }
  const bool own = local || is_of_owner(job.uses.value, input.intent());
  out.fail(workflow.asset(job), job.uses.where,
           {WitnessKind::Text, {{"uses", {job.uses.value}}, {"secrets", {"inherit"}}}})
      .arg("job", job.id.value)
      .arg("uses", job.uses.value)
      .severity(own ? Severity::Low : Severity::Medium)
      .because(local                               ? "it deploys"
               : own                               ? ""
               : input.intent().repository.empty() ? "it is code outside this repository"
                                                   : "it is code of another owner");
}

void secrets_inherit(const AuditInput& input, Outcomes& out) {
  for (const Workflow& workflow : input.model<Workflows>().all()) {
    for (const Job& job : workflow.jobs) {
      if (job.calls_workflow()) {
        judge_inherit(workflow, job, input, out);
      }
    }
  }
}

const Register kSecretsInheritCheck{
    "workflow-secrets-inherit", secrets_inherit, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
