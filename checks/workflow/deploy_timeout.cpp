// A deploying job without a time limit: one that hangs holds its environment's lock for six hours.
#include <algorithm>

#include "checks/workflow/deployments.h"

namespace muster::workflow {
namespace {

void deploy_timeout(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<Deployments>().by_job()) {
    const DeployingRun& run = runs.front();
    const JobRun& job = *run.run;
    const bool steps_end = std::all_of(
        run.deploys.begin(), run.deploys.end(),
        [](const TimedDeploy& timed) { return timed.deploy.step->timeout.has_value(); });
    if (job.job->timeout || steps_end) {
      out.pass(job.asset(), job.job->id.where);
      continue;
    }
    auto draft = out.fail(job.asset(), job.job->id.where,
                          text_witness("deploys", run.deploys.front().deploy.verb));
    draft.arg("job", job.job->id.value);
    add_path(draft, run.deploys.front().deploy);
  }
}

const Register kDeployTimeoutCheck{
    "workflow-deploy-timeout", deploy_timeout, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
