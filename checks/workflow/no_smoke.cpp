// A deploy after which nothing asks the service whether it works.
#include <algorithm>

#include "checks/workflow/chain.h"
#include "checks/workflow/smoke.h"

namespace muster::workflow {
namespace {

bool is_in_words(const std::string& word, const std::vector<std::string>& list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

/// The last deploy of something that answers; null for infrastructure alone.
const Deploy* last_service_deploy(const Chain& chain) {
  const std::vector<std::string> others =
      recognition_data().root().texts_under("infrastructure_kinds");
  const Deploy* last = nullptr;
  for (const TimedDeploy* timed : chain.deploys) {
    last = is_in_words(timed->deploy.kind, others) ? last : &timed->deploy;
  }
  return last;
}

/// A smoke test behind the deploy, or in the same step: on the host, or in a script that it runs.
const ChainPart* smoke_after(const Chain& chain, const RunPlace& deploy) {
  for (const ChainPart& part : chain.parts->smokes) {
    if (part.place == deploy || chain.parts->comes_before(deploy, part.place)) {
      return &part;
    }
  }
  return nullptr;
}

/// Jobs, steps and actions behind it that cannot be read, and what they are.
const ChainPart* closed_after(const Chain& chain, const RunPlace& deploy) {
  for (const ChainPart& part : chain.parts->closed) {
    if (part.place == deploy || chain.parts->comes_before(deploy, part.place)) {
      return &part;
    }
  }
  return nullptr;
}

/// Whether a workflow that starts when this one is over has a smoke test.
bool smoke_in_next_workflow(const Chain& chain, const JobRuns& runs, const Workflows& workflows,
                            const Intent& intent) {
  const Workflow* entry = chain.deploying->run->entry;
  if (entry == nullptr) {
    return false;
  }
  for (const Workflow& workflow : workflows.all()) {
    const Trigger* trigger = workflow.find_trigger("workflow_run");
    const bool follows =
        trigger != nullptr &&
        std::any_of(trigger->workflows.begin(), trigger->workflows.end(),
                    [&](const Text& name) { return name.value == entry->display_name(); });
    const auto& jobs = runs.in(workflow);
    if (follows && std::any_of(jobs.begin(), jobs.end(), [&](const JobRun* run) {
          return !smoke_steps(*run, intent, nullptr).empty();
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
  if (const ChainPart* smoke = smoke_after(chain, place)) {
    out.pass(run.asset(), smoke->where);
    return;
  }
  if (smoke_in_next_workflow(chain, input.model<JobRuns>(), input.model<Workflows>(),
                             input.intent())) {
    out.pass(run.asset(), deploy->where);
    return;
  }
  const ChainPart* closed = closed_after(chain, place);
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
  for (const SourceRef& call : deploy->via) {
    draft.related(call, "which is run from here");
  }
}

void no_smoke(const AuditInput& input, Outcomes& out) {
  for (const std::vector<Chain>& job : input.model<Chains>().by_job()) {
    judge_no_smoke(job.front(), input, out);
  }
}

const Register kNoSmokeCheck{"workflow-no-smoke", no_smoke, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
