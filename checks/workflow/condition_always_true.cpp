// An `if` that is always or never true, or lets more through than it says, and a choice that always
// falls on one side. The finding says what runs because of it.
#include <algorithm>
#include <set>

#include "checks/workflow/condition_fault.h"
#include "checks/workflow/stake.h"

namespace muster::workflow {
namespace {

/// One condition or value, and what it belongs to.
struct ConditionOf {
  const JobRun* run = nullptr;
  const Step* step = nullptr;
  const Job* job = nullptr;
  const Workflow* workflow = nullptr;

  [[nodiscard]] Asset asset() const {
    return step != nullptr ? workflow->asset(*job, *step) : workflow->asset(*job);
  }

  [[nodiscard]] std::string subject() const {
    const std::string step_name = step == nullptr ? ""
                                  : step->id      ? step->id->value
                                  : step->name    ? step->name->value
                                                  : step->anchor();
    return step == nullptr ? "job `" + job->id.value + "`" : "step `" + step_name + "`";
  }
};

/// Whether it is the condition of the job, or of a step that deploys.
bool guards_deploy(const ConditionOf& place) {
  const std::vector<Deploy>& all = place.run->recognised->deploys;
  return place.step == nullptr || std::any_of(all.begin(), all.end(), [&](const Deploy& deploy) {
           return deploy.step == place.step;
         });
}

/// What a condition guards decides how bad it is that it does not.
Severity fault_severity(const ConditionOf& place, const ConditionFault& fault) {
  if (fault.fate == Fate::Never) {
    return Severity::Low;
  }
  const Stake stake = place.run != nullptr ? stake_of(*place.run) : Stake{};
  if (fault.fate == Fate::Wider || fault.of_part) {
    return stake.deploys ? Severity::Medium : Severity::Low;
  }
  return stake.production && guards_deploy(place) ? Severity::High : Severity::Medium;
}

std::string fate_words(const ConditionFault& fault) {
  if (fault.fate == Fate::Wider) {
    return "lets more through than it names";
  }
  const std::string always = fault.fate == Fate::Always ? "always true" : "never true";
  return fault.of_part ? "has a part that is " + always + ", `" + fault.part + "`" : "is " + always;
}

std::string consequence(const ConditionOf& place, const ConditionFault& fault) {
  if (fault.fate == Fate::Wider || fault.of_part) {
    return "";
  }
  const std::string what = place.step != nullptr ? "the step" : "the job";
  return fault.fate == Fate::Always ? what + " runs whatever the condition asks"
                                    : what + " never runs";
}

/// Reports the condition; false when nothing is wrong with it.
bool judge_condition(const ConditionOf& place, const Text& condition, const Action* action,
                     Outcomes& out) {
  const auto fault = condition_fault(condition.value, {place.workflow, place.job, action});
  if (!fault) {
    return false;
  }
  Witness witness = text_witness("if", condition.value);
  if (!fault->value.empty()) {
    witness.fields.push_back({"passes", {fault->value}});
  }
  out.fail(place.asset(), condition.where, std::move(witness))
      .arg("subject", "the condition of " + place.subject())
      .arg("fate", fate_words(*fault))
      .arg("why", fault->why)
      .severity(fault_severity(place, *fault))
      .anchor("if")
      .because(consequence(place, *fault));
  return true;
}

/// Reports the choices in one text that always fall on one side.
void judge_choices(const ConditionOf& place, const Text& text, const std::string& key,
                   Outcomes& out, std::set<std::string>& seen) {
  std::vector<std::string_view> all = expressions_of(text.value);
  if (key == "if" && all.empty()) {
    all.push_back(text.value);
  }
  for (const std::string_view expression : all) {
    const auto chosen = empty_choice(expression);
    const std::string anchor(expression);
    if (chosen && seen.insert(place.asset().id + anchor).second) {
      out.fail(place.asset(), text.where, text_witness(key, anchor))
          .arg("subject", "a choice in `" + key + "` of " + place.subject())
          .arg("fate", "always falls on `" + *chosen + "`")
          .arg("why", "the value in the middle counts as false, so `||` goes on")
          .severity(Severity::Low)
          .anchor(anchor);
    }
  }
}

void judge_step(const ConditionOf& place, const Action* action, Outcomes& out,
                std::set<std::string>& seen) {
  const Step& step = *place.step;
  if (step.condition && seen.insert(place.asset().id + "#if").second) {
    judge_condition(place, *step.condition, action, out);
    judge_choices(place, *step.condition, "if", out, seen);
  }
  judge_choices(place, step.run, "run", out, seen);
  for (const Entry& entry : step.env) {
    judge_choices(place, entry.value, "env." + entry.name.value, out, seen);
  }
  for (const Entry& entry : step.with) {
    judge_choices(place, entry.value, "with." + entry.name.value, out, seen);
  }
}

void judge_job_texts(const ConditionOf& place, Outcomes& out, std::set<std::string>& seen) {
  const Job& job = *place.job;
  for (const std::vector<Entry>* entries : {&job.env, &job.with, &job.outputs}) {
    for (const Entry& entry : *entries) {
      judge_choices(place, entry.value, entry.name.value, out, seen);
    }
  }
  if (job.environment) {
    judge_choices(place, job.environment->name, "environment", out, seen);
  }
}

void judge_conditions(const ConditionOf& place, Outcomes& out, std::set<std::string>& seen) {
  const std::size_t before = out.items().size();
  if (place.job->condition) {
    judge_condition(place, *place.job->condition, nullptr, out);
    judge_choices(place, *place.job->condition, "if", out, seen);
  }
  judge_job_texts(place, out, seen);
  for (std::size_t i = 0; place.run != nullptr && i < place.run->script->steps.size(); ++i) {
    ConditionOf inner = place;
    inner.step = place.run->script->steps[i];
    const auto& calls = place.run->script->calls_of(inner.step);
    judge_step(inner, calls.empty() ? nullptr : calls.back().action, out, seen);
  }
  if (out.items().size() == before) {
    out.pass(place.asset(), place.job->id.where);
  }
}

void condition_always_true(const AuditInput& input, Outcomes& out) {
  std::set<std::string> seen;
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    const JobRun& run = *runs.front();
    judge_conditions({&run, nullptr, run.job, run.workflow}, out, seen);
  }
  for (const Workflow& workflow : input.model<Workflows>().all()) {
    for (const Job& job : workflow.jobs) {
      if (job.calls_workflow()) {
        judge_conditions({nullptr, nullptr, &job, &workflow}, out, seen);
      }
    }
  }
}

const Register kConditionAlwaysTrueCheck{
    "workflow-condition-always-true", condition_always_true, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
