// A deploy that a workflow of another repository does, named by a branch or tag: whoever may write
// there deploys here, with our secrets or our role.
#include <set>
#include <string>

#include "checks/workflow/deployments.h"

namespace muster::workflow {
namespace {

/// Whether the called repository is of the same owner; unknown where nothing says whose this one
/// is.
bool is_strange(const std::string& uses, const std::string& repository) {
  const std::string owner = repository.substr(0, repository.find('/') + 1);
  return !owner.empty() && !uses.starts_with(owner);
}

void judge_call(const Workflow& workflow, const Job& job, const std::string& repository,
                Outcomes& out) {
  const std::string& uses = job.uses.value;
  if (is_pinned_use(uses)) {
    out.pass(workflow.asset(job), job.uses.where);
    return;
  }
  auto draft = out.fail(workflow.asset(job), job.uses.where, text_witness("uses", uses));
  draft.arg("job", job.id.value)
      .arg("uses", uses)
      .arg("power", external_deploy_power(workflow, job))
      .severity(is_strange(uses, repository) ? Severity::High : Severity::Medium);
  if (repository.empty()) {
    draft.because("muster.yaml does not say whose repository this is");
  }
}

/// Each called workflow once in a file: what it is called for again is the same risk.
void external_deploy_unpinned(const AuditInput& input, Outcomes& out) {
  for (const Workflow& workflow : input.model<Workflows>().all()) {
    std::set<std::string> seen;
    for (const Job& job : workflow.jobs) {
      if (!external_deploy_power(workflow, job).empty() && seen.insert(job.uses.value).second) {
        judge_call(workflow, job, input.intent().repository, out);
      }
    }
  }
}

const Register kExternalDeployUnpinnedCheck{
    "workflow-external-deploy-unpinned", external_deploy_unpinned, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
