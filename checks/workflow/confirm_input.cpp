// A manual deploy of production whose confirmation keeps nobody from deploying: the input is asked
// for, but neither a condition nor a step in front of the deploy refuses a wrong one.
#include <algorithm>
#include <map>

#include "checks/workflow/confirm.h"

namespace muster::workflow {
namespace {

/// The starts of a deploy whose confirmation is judged.
std::vector<const Presented*> manual_starts(const DeployingRun& run, const TimedDeploy& timed,
                                            const Intent& intent) {
  std::vector<const Presented*> starts;
  for (const Presented& start : timed.starts) {
    if (wants_confirmation(run, start, intent)) {
      starts.push_back(&start);
    }
  }
  return starts;
}

void report_input(const DeployingRun& run, const TimedDeploy& timed, const Input& input,
                  const ConfirmVerdict& verdict, Outcomes& out) {
  const Asset asset = run.run->asset();
  if (verdict.effect == Confirmation::Unknown) {
    out.undecided(asset, input.name.where, verdict.reason).anchor(input.name.value);
    return;
  }
  if (verdict.effect == Confirmation::Holds && !verdict.any_case) {
    out.pass(asset, input.name.where).anchor(input.name.value);
    return;
  }
  const bool holds = verdict.effect == Confirmation::Holds;
  auto draft = out.fail(asset, input.name.where, text_witness("input", input.name.value));
  draft.arg("job", run.run->job->id.value)
      .arg("problem", holds
                          ? "takes `" + input.name.value + "` in capitals or not: `==` ignores case"
                          : "deploys whatever `" + input.name.value + "` says")
      .severity(holds ? Severity::Info : Severity::High)
      .anchor(input.name.value);
  add_path(draft, timed.deploy);
}

/// A manual production deploy that nobody has to confirm, neither by an input nor as a reviewer.
void judge_without_input(const DeployingRun& run, const TimedDeploy& timed,
                         const std::vector<const Presented*>& starts, const Intent& intent,
                         Outcomes& out) {
  const auto open = std::find_if(starts.begin(), starts.end(), [&](const Presented* start) {
    return class_at(run, *start, intent) == EnvironmentClass::Production &&
           (start->tokens.context != oidc::ContextKind::Environment ||
            lacks_protection(*start, intent));
  });
  if (open == starts.end()) {
    out.pass(run.run->asset(), run.run->job->id.where);
    return;
  }
  auto draft = out.fail(run.run->asset(), (*open)->trigger->event.where,
                        text_witness("event", "workflow_dispatch"));
  draft.arg("job", run.run->job->id.value)
      .arg("problem",
           "deploys to production by one click: no input confirms it, no environment "
           "holds it")
      .severity(Severity::Info);
  add_path(draft, timed.deploy);
}

struct JudgedInput {
  const DeployingRun* run = nullptr;
  const TimedDeploy* timed = nullptr;
  ConfirmVerdict verdict;
};

/// The least that an input does over all ways to run the job and all its deploys.
std::map<const Input*, JudgedInput> judge_inputs(const JobRuns& jobs,
                                                 const std::vector<DeployingRun>& runs,
                                                 const Intent& intent) {
  std::map<const Input*, JudgedInput> least;
  for (const DeployingRun& run : runs) {
    for (const TimedDeploy& timed : run.deploys) {
      const auto starts = manual_starts(run, timed, intent);
      if (starts.empty()) {
        continue;
      }
      for (const Input& input : run.run->entry->dispatch_inputs) {
        if (!asks_to_confirm(input.name.value)) {
          continue;
        }
        ConfirmVerdict verdict = confirm_verdict(jobs, {run, timed, input}, starts, intent);
        const auto found = least.find(&input);
        if (found == least.end() || verdict.effect < found->second.verdict.effect) {
          least.insert_or_assign(&input, JudgedInput{&run, &timed, std::move(verdict)});
        }
      }
    }
  }
  return least;
}

void confirm_input(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<Deployments>().by_job()) {
    const auto judged = judge_inputs(input.model<JobRuns>(), runs, input.intent());
    for (const auto& [confirm, found] : judged) {
      report_input(*found.run, *found.timed, *confirm, found.verdict, out);
    }
    for (const DeployingRun& run : runs) {
      const auto starts = manual_starts(run, run.deploys.front(), input.intent());
      if (judged.empty() && !starts.empty()) {
        judge_without_input(run, run.deploys.front(), starts, input.intent(), out);
        break;
      }
    }
  }
}

const Register kConfirmInputCheck{"workflow-confirm-input", confirm_input, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
