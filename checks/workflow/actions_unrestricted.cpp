// Any action of anybody may run in a repository whose workflows hold secrets or credentials of AWS,
// by what GitHub says of it. A list of allowed actions is the only rule that also binds the
// workflow which somebody pushes to a branch of his own. Source: GitHub Docs, "Managing GitHub
// Actions settings for a repository".
#include <algorithm>
#include <string>

#include "checks/workflow/deployments.h"
#include "checks/workflow/jobs.h"

namespace muster::workflow {
namespace {

/// What an action could take, for people; empty when nothing is known of any.
std::string takings(const RepositorySettings& settings, const AuditInput& input) {
  if (settings.secrets && !settings.secrets->empty()) {
    return "secret `" + settings.secrets->front() + "`";
  }
  for (const JobRun& run : input.model<JobRuns>().all()) {
    if (!run.recognised->credentials.empty()) {
      return "the credentials of job `" + run.job->id.value + "`";
    }
  }
  return {};
}

void actions_unrestricted(const AuditInput& input, Outcomes& out) {
  const auto& settings = input.intent().settings;
  if (!settings || settings->allowed_actions.empty()) {
    return;
  }
  const Asset asset{"repository", settings->name};
  if (settings->allowed_actions != "all") {
    out.pass(asset, settings->actions_where);
    return;
  }
  const std::string taken = takings(*settings, input);
  if (!taken.empty()) {
    out.fail(asset, settings->actions_where, text_witness("allowed_actions", "all"))
        .arg("taken", taken);
  } else if (!settings->secrets) {
    out.undecided(asset, settings->actions_where, "the names of its secrets were not read");
  } else {
    out.pass(asset, settings->actions_where);
  }
}

const Register kActionsUnrestrictedCheck{
    "workflow-actions-unrestricted", actions_unrestricted, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
