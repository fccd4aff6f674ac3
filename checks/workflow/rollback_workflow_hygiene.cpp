// A workflow for going back by hand that lacks what every deploy has: it is started by tired people
// in a hurry.
#include <algorithm>
#include <array>
#include <set>

#include "checks/text/ascii.h"
#include "checks/workflow/awaited.h"
#include "checks/workflow/chain.h"
#include "checks/workflow/mentions.h"

namespace muster::workflow {
namespace {

std::set<std::string> groups_of(const JobRun& run) {
  std::set<std::string> groups;
  for (const auto* concurrency : {&run.job->concurrency, &run.workflow->concurrency}) {
    if (*concurrency) {
      groups.insert(text::lower((*concurrency)->group.value));
    }
  }
  for (const auto& [workflow, job] : run.callers) {
    for (const auto* concurrency : {&job->concurrency, &workflow->concurrency}) {
      if (*concurrency) {
        groups.insert(text::lower((*concurrency)->group.value));
      }
    }
  }
  return groups;
}

/// What the deploys of the repository have: groups, and whether any has an environment.
struct DeployHabits {
  std::set<std::string> groups;
  bool environment = false;
};

DeployHabits habits_of(const Chains& chains) {
  DeployHabits habits;
  for (const std::vector<Chain>& job : chains.by_job()) {
    const JobRun& run = *job.front().deploying->run;
    if (!is_rollback_workflow(*run.workflow)) {
      habits.groups.merge(groups_of(run));
      habits.environment = habits.environment || run.job->environment.has_value();
    }
  }
  return habits;
}

/// What the values of variables read.
std::vector<std::string> names_in(const std::vector<Entry>& env) {
  std::vector<std::string> names;
  for (const Entry& entry : env) {
    const std::vector<std::string> more = names_read(entry.value.value, false);
    names.insert(names.end(), more.begin(), more.end());
  }
  return names;
}

/// A text input that a step uses without a look at it: no pattern, no question to AWS.
const Input* unchecked_input(const JobRun& run) {
  static constexpr std::array<std::string_view, 7> kLooks = {"case ", "=~", "grep ", "describe-",
                                                             "[[",    "[ ", "test "};
  const bool looks =
      std::any_of(run.job->steps.begin(), run.job->steps.end(), [](const Step& step) {
        const ScriptInput inner = script_input(step);
        const std::string& script = inner.text != nullptr ? inner.text->value : step.run.value;
        return std::any_of(kLooks.begin(), kLooks.end(), [&](std::string_view look) {
          return script.find(look) != std::string::npos;
        });
      });
  if (looks) {
    return nullptr;
  }
  std::vector<std::string> names = names_in(run.job->env);
  for (const Step& step : run.job->steps) {
    for (const auto& more : {names_read(step.run.value, false), names_in(step.env)}) {
      names.insert(names.end(), more.begin(), more.end());
    }
  }
  for (const Input& input : run.entry->dispatch_inputs) {
    const std::string name = "inputs." + text::lower(input.name.value);
    const bool read = reads(names, name) || reads(names, "github.event." + name);
    const bool confirms = text::lower(input.name.value).find("confirm") != std::string::npos;
    if (read && input.type == "string" && !confirms) {
      return &input;
    }
  }
  return nullptr;
}

/// Triggers other than a person.
std::string other_trigger(const Workflow& workflow) {
  static constexpr std::array<std::string_view, 3> kByHand = {"workflow_dispatch", "workflow_call",
                                                              "repository_dispatch"};
  for (const Trigger& trigger : workflow.triggers) {
    if (!text::one_of(trigger.event.value, kByHand)) {
      return trigger.event.value;
    }
  }
  return "";
}

bool asks_to_confirm(const Workflow& workflow) {
  return std::any_of(workflow.dispatch_inputs.begin(), workflow.dispatch_inputs.end(),
                     [](const Input& input) {
                       return text::lower(input.name.value).find("confirm") != std::string::npos;
                     });
}

std::vector<std::string> lacks_of(const DeployingRun& deploying, const DeployHabits& habits,
                                  const AuditInput& input) {
  const JobRun& run = *deploying.run;
  std::vector<std::string> lacks;
  const std::string other = other_trigger(*run.entry);
  if (!other.empty()) {
    lacks.push_back("a start by hand alone (`" + other + "` starts it too)");
  }
  if (!run.job->environment && habits.environment) {
    lacks.emplace_back("an `environment` like the deploy");
  } else if (!run.job->environment && !asks_to_confirm(*run.entry)) {
    lacks.emplace_back("a confirmation");
  }
  const std::set<std::string> groups = groups_of(run);
  const bool shared = std::any_of(groups.begin(), groups.end(), [&](const std::string& group) {
    return habits.groups.contains(group);
  });
  if (groups.empty() || (!shared && !habits.groups.empty())) {
    lacks.emplace_back("the `concurrency` group of the deploy");
  }
  const auto how =
      awaited(input.model<JobRuns>(), run, deploying.deploys.back().deploy, input.intent());
  if (how && (how->how == FollowUp::No || how->how == FollowUp::Once)) {
    lacks.emplace_back("a wait for its end");
  }
  const RunParts& parts = input.model<Chains>().parts_of(run);
  const RunPlace deploy{parts.graph.index_of(run), deploying.deploys.back().deploy.step};
  const auto behind = [&](const ChainPart& part) {
    return part.place == deploy || parts.comes_before(deploy, part.place);
  };
  if (std::none_of(parts.smokes.begin(), parts.smokes.end(), behind) &&
      std::none_of(parts.closed.begin(), parts.closed.end(), behind)) {
    lacks.emplace_back("a smoke test");
  }
  if (const Input* unchecked = unchecked_input(run)) {
    lacks.push_back("a look at the input `" + unchecked->name.value + "` before it is used");
  }
  return lacks;
}

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + words[i];
  }
  return text;
}

void rollback_workflow_hygiene(const AuditInput& input, Outcomes& out) {
  const DeployHabits habits = habits_of(input.model<Chains>());
  for (const std::vector<DeployingRun>& job : input.model<Deployments>().by_job()) {
    const DeployingRun& deploying = job.front();
    const JobRun& run = *deploying.run;
    if (run.entry == nullptr || !is_rollback_workflow(*run.entry)) {
      continue;
    }
    const std::vector<std::string> lacks = lacks_of(deploying, habits, input);
    if (lacks.empty()) {
      out.pass(run.asset(), run.job->id.where);
      continue;
    }
    Witness witness = text_witness("lacks", lacks.front());
    witness.fields.front().values = lacks;
    out.fail(run.asset(), run.job->id.where, std::move(witness))
        .arg("job", run.job->id.value)
        .arg("lacks", listed(lacks))
        .severity(graded(lacks.size() > 1 ? Severity::Medium : Severity::Low, deploying.guess.kind))
        .related(deploying.deploys.back().deploy.where, "what it goes back with");
  }
}

const Register kRollbackWorkflowHygieneCheck{
    "workflow-rollback-workflow-hygiene", rollback_workflow_hygiene, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
