// A deploying job without `environment:`: no reviewer, no branch rule, and a subject that any
// branch's jobs share.
#include "checks/workflow/jobs.h"

namespace muster::workflow {
namespace {

void deploy_without_environment(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    const JobRun& run = *runs.front();
    const std::vector<Deploy> found = deploys(run, input.intent());
    if (found.empty()) {
      continue;
    }
    const EnvironmentGuess guess = environment_class(run, input.intent());
    const bool lower =
        guess.kind == EnvironmentClass::Development || guess.kind == EnvironmentClass::Staging;
    if (run.job->environment || lower) {
      out.pass(run.asset(), run.job->id.where);
      continue;
    }
    const bool production = guess.kind == EnvironmentClass::Production;
    out.fail(run.asset(), run.job->id.where, text_witness("deploys", found.front().verb))
        .arg("job", run.job->id.value)
        .arg("verb", found.front().verb)
        .severity(production ? Severity::High : Severity::Medium)
        .because(
            production
                ? "taken for production by its " + guess.from
                : "nothing tells which environment it deploys to, so it is judged as production")
        .related(found.front().where, "what it deploys with");
  }
}

const Register kRegister{
    "workflow-deploy-without-environment", deploy_without_environment, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
