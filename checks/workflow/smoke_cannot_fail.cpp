// A smoke test behind a deployment whose failure nothing tells: the run stays green, and no
// rollback starts.
#include <algorithm>

#include "checks/workflow/deployments.h"
#include "checks/workflow/smoke.h"

namespace muster::workflow {
namespace {

void judge_smoke(const DeployingRun& deploying, const std::vector<SmokeStep>& tests,
                 Outcomes& out) {
  const auto best = std::ranges::max_element(tests, {}, &SmokeStep::strength);
  const Asset asset = deploying.run->asset();
  if (best->strength == SmokeStrength::Blocking) {
    out.pass(asset, best->where);
    return;
  }
  if (best->strength == SmokeStrength::Unknown) {
    out.undecided(asset, best->where,
                  "whether `" + best->command + "` fails its step is not known: " + best->because);
    return;
  }
  const bool weak = best->strength == SmokeStrength::Weak;
  out.fail(asset, best->where,
           text_witness("scenario", weak ? "the service answers HTTP 500, and the run is green"
                                         : "the service is down, and the run is green"))
      .arg("job", deploying.run->job->id.value)
      .arg("command", best->command)
      .severity(graded(weak ? Severity::Medium : Severity::High, deploying.guess.kind))
      .because(best->because)
      .related(deploying.deploys.front().deploy.where, "the deployment that it looks at");
}

void smoke_cannot_fail(const AuditInput& input, Outcomes& out) {
  const JobRuns& runs = input.model<JobRuns>();
  for (const std::vector<DeployingRun>& job : input.model<Deployments>().by_job()) {
    const std::vector<SmokeStep> tests = smoke_behind(job.front(), runs, input.intent());
    if (!tests.empty()) {
      judge_smoke(job.front(), tests, out);
    }
  }
}

const Register kSmokeCannotFailCheck{
    "workflow-smoke-cannot-fail", smoke_cannot_fail, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
