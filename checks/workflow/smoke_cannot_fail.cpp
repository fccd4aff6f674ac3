// A smoke test behind a deployment whose failure nothing tells: the run stays green, and no
// rollback starts.
#include "checks/text/ascii.h"
#include "checks/workflow/deployments.h"
#include "checks/workflow/smoke.h"

namespace muster::workflow {
namespace {

void judge_smoke(const DeployingRun& deploying, const SmokeBehind& best, Outcomes& out) {
  const Asset asset = deploying.run->asset();
  const SourceRef& where = best.command->where;
  const SmokeStrength strength = best.verdict->strength;
  const std::string command = text::joined(best.command->command.words);
  if (strength == SmokeStrength::Blocking) {
    out.pass(asset, where);
    return;
  }
  if (strength == SmokeStrength::Unknown) {
    out.undecided(
        asset, where,
        "whether `" + command + "` fails its step is not known: " + best.verdict->because);
    return;
  }
  const bool weak = strength == SmokeStrength::Weak;
  out.fail(asset, where,
           text_witness("scenario", weak ? "the service answers HTTP 500, and the run is green"
                                         : "the service is down, and the run is green"))
      .arg("job", deploying.run->job->id.value)
      .arg("command", command)
      .severity(graded(weak ? Severity::Medium : Severity::High, deploying.guess.kind))
      .because(best.verdict->because)
      .related(deploying.deploys.front().deploy.where, "the deployment that it looks at");
}

void smoke_cannot_fail(const AuditInput& input, Outcomes& out) {
  const JobRuns& runs = input.model<JobRuns>();
  const SmokeTests& tests = input.model<SmokeTests>();
  for (const std::vector<DeployingRun>& job : input.model<Deployments>().by_job()) {
    if (const auto best = tests.best_behind(job.front(), runs)) {
      judge_smoke(job.front(), *best, out);
    }
  }
}

const Register kSmokeCannotFailCheck{
    "workflow-smoke-cannot-fail", smoke_cannot_fail, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
