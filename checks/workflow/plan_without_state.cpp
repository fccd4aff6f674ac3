// A plan behind `terraform init -backend=false`: it has no state to compare with, so it fails, or
// proposes to create everything. Source: Terraform CLI documentation, "Command: init",
// "Backend Initialization".
#include <algorithm>

#include "checks/workflow/jobs.h"

namespace muster::workflow {
namespace {

bool is_init(const Command& command) {
  return command.starts_with_any({"terraform init", "tofu init"});
}

bool has_flag(const Command& command, std::string_view flag) {
  return std::any_of(command.words.begin(), command.words.end(), [&](std::string_view word) {
    word.remove_prefix(word.starts_with("--") ? 1 : 0);
    return word == flag;
  });
}

bool has_own_state(const Command& command) {
  return std::any_of(command.words.begin(), command.words.end(), [](const std::string& word) {
    return word == "-state" || word.starts_with("-state=");
  });
}

/// The first plan of a job in which every `init` leaves the backend out; null when there is none.
const StepCommand* plan_behind(const std::vector<StepCommand>& commands) {
  const StepCommand* found = nullptr;
  bool without = false;
  for (const StepCommand& item : commands) {
    const Command& command = item.command;
    if (is_init(command) && !has_flag(command, "-backend=false")) {
      return nullptr;
    }
    without = without || is_init(command);
    if (command.starts_with_any({"terraform plan", "tofu plan"}) && without) {
      found = found == nullptr && !has_own_state(command) ? &item : found;
    }
  }
  return found;
}

void plan_without_state(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    const JobRun& run = *runs.front();
    const auto& commands = run.script->commands;
    const auto first = std::find_if(commands.begin(), commands.end(), [](const StepCommand& item) {
      return item.command.starts_with_any({"terraform plan", "tofu plan"});
    });
    if (first == commands.end()) {
      continue;
    }
    const StepCommand* plan = plan_behind(commands);
    if (plan == nullptr) {
      out.pass(run.asset(), first->where);
      continue;
    }
    const auto init = std::find_if(commands.begin(), commands.end(),
                                   [](const StepCommand& item) { return is_init(item.command); });
    out.fail(run.asset(), plan->where, text_witness("init", "-backend=false"))
        .arg("job", run.job->id.value)
        .related(init->where, "the `init` that leaves the state out");
  }
}

const Register kPlanWithoutStateCheck{
    "workflow-plan-without-state", plan_without_state, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
