// A job on a self-hosted runner that people without rights can start: what they run stays on a
// machine that the next jobs use.
#include <algorithm>

#include "checks/workflow/starts.h"

namespace muster::workflow {
namespace {

/// The worst way in which people without rights start one of the runs.
const Start* open_start(const std::vector<Start>& starts) {
  const auto worst = std::max_element(starts.begin(), starts.end(),
                                      [](const Start& a, const Start& b) { return a.by < b.by; });
  const bool open =
      worst != starts.end() && (worst->by == Hand::Fork || worst->by == Hand::Outsider);
  return open ? &*worst : nullptr;
}

void self_hosted_public(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    const JobRun& run = *runs.front();
    if (!stake_of(run).self_hosted) {
      continue;
    }
    bool found = false;
    for (std::size_t i = 0; i < runs.size() && !found; ++i) {
      const auto starts = starts_of(*runs[i], input.intent(), input.model<Workflows>());
      if (const Start* start = open_start(starts)) {
        const std::string who = "anyone who " + std::string(act_of(start->trigger->event.value));
        out.fail(run.asset(), run.job->runs_on.front().where,
                 {WitnessKind::Text, {{"event", {start->trigger->event.value}}, {"by", {who}}}})
            .arg("job", run.job->id.value)
            .arg("who", who)
            .severity(start->held_back ? Severity::Low : Severity::Medium)
            .related(start->trigger->event.where, "what starts it");
        found = true;
      }
    }
    if (!found) {
      out.pass(run.asset(), run.job->id.where);
    }
  }
}

const Register kSelfHostedPublicCheck{
    "workflow-self-hosted-public", self_hosted_public, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
