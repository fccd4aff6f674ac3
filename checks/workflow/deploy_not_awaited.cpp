// A deploy that only starts something, and a job that ends without asking how it went: the run is
// green while the new version fails to come up.
#include "checks/workflow/awaited.h"
#include "checks/workflow/chain.h"

namespace muster::workflow {
namespace {

struct Unawaited {
  const DeployingRun* run = nullptr;
  const TimedDeploy* timed = nullptr;
  Awaited awaited;
};

/// The deploy of the job that is awaited least; one without `timed` when none needs it. What goes
/// back after a failure is judged as a rollback.
Unawaited least_awaited(const AuditInput& input, const std::vector<DeployingRun>& runs) {
  const Chains& chains = input.model<Chains>();
  Unawaited least;
  for (const DeployingRun& run : runs) {
    for (const TimedDeploy& timed : run.deploys) {
      const auto how =
          chains.goes_back_after_failure(*timed.deploy.step)
              ? std::nullopt
              : awaited(input.model<JobRuns>(), *run.run, timed.deploy, input.intent());
      if (how && (least.timed == nullptr || how->how < least.awaited.how)) {
        least = {&run, &timed, *how};
      }
    }
  }
  return least;
}

void deploy_not_awaited(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<Deployments>().by_job()) {
    const Unawaited found = least_awaited(input, runs);
    if (found.timed == nullptr) {
      continue;
    }
    const JobRun& run = *found.run->run;
    const Deploy& deploy = found.timed->deploy;
    if (found.awaited.how == FollowUp::Yes) {
      out.pass(run.asset(), run.job->id.where);
      continue;
    }
    if (found.awaited.how == FollowUp::Unknown) {
      out.undecided(run.asset(), deploy.where,
                    "whether something waits for `" + deploy.verb +
                        "` is not known: what follows it is not written out here");
      continue;
    }
    auto draft = out.fail(run.asset(), deploy.where, text_witness("deploys", deploy.verb));
    draft.arg("job", run.job->id.value)
        .arg("verb", deploy.verb)
        .severity(graded(found.awaited.severity, found.run->guess.kind));
    if (found.awaited.how == FollowUp::Once) {
      draft.because("its state is read once, at once, when it has hardly begun");
    }
    add_calls(draft, deploy.via);
  }
}

const Register kDeployNotAwaitedCheck{
    "workflow-deploy-not-awaited", deploy_not_awaited, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
