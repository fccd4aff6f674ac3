// Terraform that is applied from a pull request, or that applies something else than the plan that
// was looked at; and plans of pull requests with the role that applies.
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include "checks/text/ascii.h"
#include "checks/workflow/deployments.h"

namespace muster::workflow {
namespace {

bool is_plan(const Command& command) {
  static constexpr std::array<std::string_view, 4> kPlans = {
      "terraform plan", "tofu plan", "terragrunt plan", "terragrunt run-all plan"};
  return std::any_of(kPlans.begin(), kPlans.end(),
                     [&](std::string_view plan) { return command.starts_with(plan); });
}

const StepCommand* plan_of(const JobRun& run) {
  const auto& commands = run.script->commands;
  const auto found = std::find_if(commands.begin(), commands.end(),
                                  [](const StepCommand& item) { return is_plan(item.command); });
  return found == commands.end() ? nullptr : &*found;
}

/// The words of a command behind its verb that are no options: a plan file, or unknown text.
std::vector<std::string> operands(const Command& command, std::string_view verb) {
  static constexpr std::array<std::string_view, 9> kTakeValue = {
      "-var",       "-var-file", "-target",       "-replace",    "-state",
      "-state-out", "-backup",   "-lock-timeout", "-parallelism"};
  std::vector<std::string> found;
  const auto at = std::find(command.words.begin(), command.words.end(), verb);
  bool value = false;
  for (auto word = at; word != command.words.end(); ++word) {
    if (word != at && !value && !word->starts_with('-')) {
      found.push_back(*word);
    }
    const std::string_view option = std::string_view(*word).substr(word->starts_with("--") ? 1 : 0);
    value = !value && text::one_of(option, kTakeValue);
  }
  return found;
}

/// `-var` and `-var-file` of a command.
std::set<std::string> variables_of(const Command& command) {
  std::set<std::string> found;
  for (const std::string option : {"-var", "-var-file"}) {
    for (const std::string& value : command.options(option)) {
      found.insert(option + "=" + value);
    }
  }
  return found;
}

/// A pull request that is still open: one that was merged is past its review.
bool from_open_request(const Presented& start) {
  const auto& types = start.trigger->types;
  const bool closed =
      !types.empty() && std::all_of(types.begin(), types.end(),
                                    [](const Text& one) { return one.value == "closed"; });
  return start.event.starts_with("pull_request") && !closed;
}

Severity severity_of_request(const Presented& start, const Intent& intent) {
  if (start.tokens.context != oidc::ContextKind::Environment) {
    return Severity::Critical;
  }
  return has_reviewers(start, intent)      ? Severity::Medium
         : lacks_protection(start, intent) ? Severity::Critical
                                           : Severity::High;
}

/// One apply of one way in which the job runs.
struct Apply {
  const DeployingRun* run = nullptr;
  const TimedDeploy* timed = nullptr;
};

/// The worst start from a pull request over all ways in which the job applies.
void judge_requests(const std::vector<Apply>& applies, const Intent& intent, Outcomes& out) {
  const Presented* worst = nullptr;
  Apply of = applies.front();
  Severity severity = Severity::Info;
  for (const Apply& apply : applies) {
    for (const Presented& start : apply.timed->starts) {
      const Severity now =
          graded(severity_of_request(start, intent), class_at(*apply.run, start, intent));
      if (from_open_request(start) && (worst == nullptr || now > severity)) {
        worst = &start;
        of = apply;
        severity = now;
      }
    }
  }
  const JobRun& run = *of.run->run;
  const SourceRef& where = of.timed->deploy.where;
  if (worst == nullptr) {
    out.pass(run.asset(), where).anchor("pull-request");
    return;
  }
  auto draft = out.fail(run.asset(), where, text_witness("event", worst->event));
  draft.arg("job", run.job->id.value)
      .arg("problem", "applies from an open pull request (`" + worst->event + "`)")
      .severity(severity)
      .related(worst->trigger->event.where, "what starts it")
      .anchor("pull-request");
}

/// The plan that people look at before this job applies: of a job that it needs.
const StepCommand* reviewed_plan(const JobRuns& jobs, const JobRun& run) {
  for (const Text& need : run.job->needs) {
    for (const JobRun* other : jobs.in(*run.workflow)) {
      const StepCommand* plan = other->job->id.value == need.value ? plan_of(*other) : nullptr;
      if (plan != nullptr) {
        return plan;
      }
    }
  }
  return nullptr;
}

/// Whether an apply takes a saved plan; nothing when that is not known. `file`: what it is given.
std::optional<bool> takes_plan(const Command& apply, std::string& file) {
  const std::vector<std::string> files = operands(apply, "apply");
  if (files.empty()) {
    return false;
  }
  file = files.front();
  const bool named = text::lower(file).find("plan") != std::string::npos;
  return named || file.find('$') == std::string::npos ? std::optional(true) : std::nullopt;
}

void report_fresh_apply(const JobRuns& jobs, const Apply& apply, Outcomes& out) {
  const JobRun& run = *apply.run->run;
  const Deploy& deploy = apply.timed->deploy;
  const StepCommand* plan = reviewed_plan(jobs, run);
  const bool other =
      plan != nullptr && variables_of(plan->command) != variables_of(deploy.command->command);
  const Severity severity = plan != nullptr ? Severity::Medium : Severity::Low;
  auto draft = out.fail(run.asset(), deploy.where, text_witness("deploys", deploy.verb));
  draft.arg("job", run.job->id.value)
      .arg("problem", plan == nullptr ? "applies without a saved plan that anybody could look at"
                      : other         ? "applies with other variables than the plan before it"
                                      : "plans again instead of applying the plan before it")
      .severity(graded(severity, apply.run->guess.kind))
      .anchor("saved-plan");
  if (plan != nullptr) {
    draft.related(plan->where, "the plan");
  }
}

/// An apply that takes no plan file plans again, after the review.
void judge_plan(const JobRuns& jobs, const std::vector<Apply>& applies, Outcomes& out) {
  const Deploy* planned = nullptr;
  const Deploy* open = nullptr;
  std::string file;
  for (const Apply& apply : applies) {
    const Deploy& deploy = apply.timed->deploy;
    std::string given;
    const auto takes =
        deploy.command != nullptr ? takes_plan(deploy.command->command, given) : std::nullopt;
    if (takes && !*takes) {
      report_fresh_apply(jobs, apply, out);
      return;
    }
    if (deploy.command != nullptr && !takes) {
      open = &deploy;
      file = given;
    }
    planned = takes ? &deploy : planned;
  }
  const Asset asset = applies.front().run->run->asset();
  if (open != nullptr) {
    out.undecided(asset, open->where, "whether `" + file + "` is a saved plan is not known")
        .anchor("saved-plan");
  } else if (planned != nullptr) {
    out.pass(asset, planned->where).anchor("saved-plan");
  }
}

/// The role that the run certainly takes; empty when that is not known.
std::string role_of(const JobRun& run) {
  for (const Credential& credential : run.recognised->credentials) {
    const std::string* only = credential.role_arns.only();
    if (credential.kind == CredentialKind::Oidc && only != nullptr) {
      return *only;
    }
    if (credential.kind == CredentialKind::Oidc && !run.job->environment) {
      return credential.role.value;
    }
  }
  return "";
}

/// Roles with which some job applies, and that job.
std::map<std::string, const JobRun*> applying_roles(const Deployments& deployments) {
  std::map<std::string, const JobRun*> roles;
  for (const auto& runs : deployments.by_job()) {
    for (const DeployingRun& run : runs) {
      const bool applies =
          std::any_of(run.deploys.begin(), run.deploys.end(),
                      [](const TimedDeploy& timed) { return timed.deploy.kind == "terraform"; });
      const std::string role = applies ? role_of(*run.run) : "";
      if (!role.empty()) {
        roles.emplace(role, run.run);
      }
    }
  }
  return roles;
}

/// Plans of pull requests: the code of the request runs with the role of the job.
void judge_plan_roles(const AuditInput& input, Outcomes& out) {
  const Intent& intent = input.intent();
  const auto roles = applying_roles(input.model<Deployments>());
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    const JobRun& run = *runs.front();
    const StepCommand* plan = plan_of(run);
    const std::string role = plan != nullptr ? role_of(run) : "";
    if (role.empty()) {
      continue;
    }
    JobRun at = run;
    at.asked = plan->step;
    const auto starts = presented(at, intent);
    if (std::none_of(starts.begin(), starts.end(), from_open_request)) {
      continue;
    }
    const auto applies = roles.find(role);
    if (applies == roles.end()) {
      out.pass(run.asset(), plan->where).anchor("plan-role");
    } else if (applies->second->job != run.job) {
      out.fail(run.asset(), plan->where, text_witness("role", role))
          .arg("job", run.job->id.value)
          .arg("problem", "plans pull requests with `" + role + "`, the role that applies")
          .severity(Severity::Medium)
          .related(applies->second->job->id.where, "the job that applies with it")
          .anchor("plan-role");
    }
  }
}

void terraform_apply_gate(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<Deployments>().by_job()) {
    std::vector<Apply> applies;
    for (const DeployingRun& run : runs) {
      for (const TimedDeploy& timed : run.deploys) {
        if (timed.deploy.kind == "terraform") {
          applies.push_back({&run, &timed});
        }
      }
    }
    if (!applies.empty()) {
      judge_requests(applies, input.intent(), out);
      judge_plan(input.model<JobRuns>(), applies, out);
    }
  }
  judge_plan_roles(input, out);
}

const Register kTerraformApplyGateCheck{
    "workflow-terraform-apply-gate", terraform_apply_gate, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
