// A condition that no stranger can meet leaves an event to people with rights.
#include "checks/workflow/starts.h"

#include <algorithm>

#include "checks/text/ascii.h"
#include "checks/workflow/reach.h"

namespace muster::workflow {
namespace {

bool names_label(const std::optional<Text>& condition) {
  const std::string text = condition ? text::lower(condition->value) : "";
  return text.find("label") != std::string::npos;
}

Severity one_lower(Severity severity) {
  return severity == Severity::Info ? severity
                                    : static_cast<Severity>(static_cast<int>(severity) - 1);
}

}  // namespace

bool waits_for_reviewers(const JobRun& run, const Intent& intent, const Moment& moment) {
  const Values names = environment_at(run, intent, moment);
  return names.known && !names.values.empty() &&
         std::all_of(names.values.begin(), names.values.end(), [&](const std::string& name) {
           return intent.reviewers(name).value_or(false);
         });
}

bool waits_for_label(const JobRun& run, const Trigger& trigger) {
  const bool labelled = !trigger.types.empty() &&
                        std::all_of(trigger.types.begin(), trigger.types.end(),
                                    [](const Text& type) { return type.value == "labeled"; });
  return labelled || names_label(run.job->condition) ||
         (run.asked != nullptr && names_label(run.asked->condition)) ||
         std::any_of(run.callers.begin(), run.callers.end(),
                     [](const auto& caller) { return names_label(caller.second->condition); });
}

Severity severity_by_hand(Hand by, bool held_back, const Stake& stake) {
  Severity severity = Severity::Low;
  if (by == Hand::Outsider) {
    severity = stake.holds_power() ? Severity::Critical : Severity::High;
  } else if (by == Hand::Merged) {
    severity = stake.cloud || stake.deploys ? Severity::High : Severity::Medium;
  } else if (by == Hand::Fork) {
    severity = stake.self_hosted ? Severity::Medium : Severity::Low;
  } else {
    return by == Hand::Dispatcher && stake.production ? Severity::Medium : Severity::Low;
  }
  return held_back ? one_lower(severity) : severity;
}

std::vector<Start> starts_of(const JobRun& run, const Intent& intent, const Workflows& workflows) {
  std::vector<Start> found;
  if (run.entry == nullptr) {
    return found;
  }
  for (const Trigger& trigger : run.entry->triggers) {
    Moment moment{trigger.event.value, "", {}, false};
    if (trigger.event.value == "workflow_call" || !can_run(run, intent, moment)) {
      continue;
    }
    Start start{&trigger, starter_of(trigger, workflows), false};
    moment.stranger = true;
    if (start.by != Hand::Writer && !can_run(run, intent, moment)) {
      start.by = Hand::Writer;
    }
    start.held_back = waits_for_label(run, trigger) || waits_for_reviewers(run, intent, moment);
    found.push_back(start);
  }
  return found;
}

}  // namespace muster::workflow
