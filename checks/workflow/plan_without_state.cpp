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

/// Terraform takes options with one dash and with two.
bool has_option(const Command& command, const std::string& option) {
  return command.has_option(option) || command.has_option("-" + option);
}

/// The first plan of a job in which every `init` leaves the backend out; null when there is none.
const StepCommand* plan_behind(const std::vector<StepCommand>& commands) {
  const StepCommand* found = nullptr;
  bool without = false;
  for (const StepCommand& item : commands) {
    const Command& command = item.command;
    if (is_init(command) && !has_option(command, "-backend=false")) {
      return nullptr;
    }
    without = without || is_init(command);
    if (command.starts_with_any({"terraform plan", "tofu plan"}) && without) {
      found = found == nullptr && !has_option(command, "-state") ? &item : found;
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
