// A deploy after which nothing asks the service whether it works.
#include <algorithm>

#include "checks/workflow/chain.h"
#include "checks/workflow/smoke.h"

namespace muster::workflow {
namespace {

/// The last deploy of something that answers; null for infrastructure alone.
const Deploy* last_service_deploy(const Chain& chain) {
  const Deploy* last = nullptr;
  for (const TimedDeploy* timed : chain.deploys) {
    last = is_infrastructure(timed->deploy) ? last : &timed->deploy;
  }
  return last;
}

/// Whether the part runs only when something has failed already: it asks about a rollback.
bool is_after_failure(const RunParts& all, const ChainPart& part) {
  const JobRun* run = all.graph.jobs()[part.place.job].run;
  return run != nullptr && part.place.step != nullptr && run->is_for_failure(*part.place.step);
}

/// The first of them behind the deploy, or in the same step: on the host, or in a script that it
/// runs. Null when there is none.
const ChainPart* first_after(const RunParts& all, const std::vector<ChainPart>& parts,
                             const RunPlace& deploy) {
  const auto found = std::find_if(parts.begin(), parts.end(), [&](const ChainPart& part) {
    return part.place == deploy ||
           (all.comes_before(deploy, part.place) && !is_after_failure(all, part));
  });
  return found == parts.end() ? nullptr : &*found;
}

/// Whether a workflow that starts when this one is over has a smoke test.
bool smoke_in_next_workflow(const Chain& chain, const AuditInput& input) {
  const Workflow* entry = chain.deploying->run->entry;
  if (entry == nullptr) {
    return false;
  }
  for (const Workflow& workflow : input.model<Workflows>().all()) {
    const Trigger* trigger = workflow.find_trigger("workflow_run");
    const bool follows =
        trigger != nullptr &&
        std::any_of(trigger->workflows.begin(), trigger->workflows.end(),
                    [&](const Text& name) { return name.value == entry->display_name(); });
    const auto& jobs = input.model<JobRuns>().in(workflow);
    if (follows && std::any_of(jobs.begin(), jobs.end(), [&](const JobRun* run) {
          return !input.model<SmokeTests>().in(*run).empty();
        })) {
      return true;
    }
  }
  return false;
}

void judge_no_smoke(const Chain& chain, const AuditInput& input, Outcomes& out) {
  const Deploy* deploy = last_service_deploy(chain);
  if (deploy == nullptr || is_rollback_workflow(*chain.deploying->run->workflow)) {
    return;
  }
  const JobRun& run = *chain.deploying->run;
  const RunPlace place{chain.job, deploy->step};
  const RunParts& parts = *chain.parts;
  if (const ChainPart* smoke = first_after(parts, parts.smokes, place)) {
    out.pass(run.asset(), smoke->where);
    return;
  }
  if (smoke_in_next_workflow(chain, input)) {
    out.pass(run.asset(), deploy->where);
    return;
  }
  const ChainPart* closed = first_after(parts, parts.closed, place);
  if (closed != nullptr || run.entry == nullptr) {
    out.undecided(
        run.asset(), deploy->where,
        "whether something looks at the service after `" + deploy->verb + "` is not known: " +
            (closed != nullptr ? closed->what
                               : "no workflow here calls this one, and the caller may do it"));
    return;
  }
  auto draft = out.fail(
      run.asset(), deploy->where,
      text_witness("scenario",
                   "the new version answers every request with an error, and the run is green"));
  draft.arg("job", run.job->id.value)
      .arg("verb", deploy->verb)
      .severity(graded(Severity::Medium, chain.deploying->guess.kind))
      .because(
          "add a step behind it: `curl --fail --retry 10 --retry-all-errors --retry-delay 5` of an "
          "address that needs the whole service");
  add_calls(draft, deploy->via);
}

void no_smoke(const AuditInput& input, Outcomes& out) {
  for (const std::vector<Chain>& job : input.model<Chains>().by_job()) {
    judge_no_smoke(job.front(), input, out);
  }
}

const Register kNoSmokeCheck{"workflow-no-smoke", no_smoke, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
