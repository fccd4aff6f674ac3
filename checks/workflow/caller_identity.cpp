// A deploy into whatever account a variable's role belongs to, without a look at which that is.
#include <algorithm>

#include "checks/workflow/deployments.h"

namespace muster::workflow {
namespace {

/// Whether the job looks at who it is, or the credentials are bound to accounts.
bool checks_account(const JobRun& run) {
  const auto& steps = run.script->steps;
  const auto& commands = run.script->commands;
  return std::any_of(steps.begin(), steps.end(),
                     [](const Step* step) {
                       const Text* accounts = step->input("allowed-account-ids");
                       return accounts != nullptr && !accounts->value.empty();
                     }) ||
         std::any_of(commands.begin(), commands.end(), [](const StepCommand& item) {
           return item.command.starts_with("aws sts get-caller-identity");
         });
}

/// The first role whose account the file and muster.yaml do not tell; null when they tell all.
const Credential* first_untold(const std::vector<Credential>& held) {
  const auto found = std::find_if(held.begin(), held.end(), [](const Credential& credential) {
    const auto& arns = credential.role_arns.values;
    return credential.kind == CredentialKind::Oidc &&
           (!credential.role_arns.known ||
            std::any_of(arns.begin(), arns.end(),
                        [](const auto& arn) { return !arn.starts_with("arn:"); }));
  });
  return found == held.end() ? nullptr : &*found;
}

void judge_identity(const std::vector<DeployingRun>& runs, Outcomes& out) {
  for (const DeployingRun& one : runs) {
    const JobRun& run = *one.run;
    const std::vector<Credential>& held = run.recognised->credentials;
    const Credential* role = first_untold(held);
    if (role == nullptr || checks_account(run)) {
      continue;
    }
    if (!run.script->open.empty()) {
      out.undecided(run.asset(), role->where,
                    "nothing that can be read checks the account, and the job " +
                        run.script->open.front().what);
      return;
    }
    out.fail(run.asset(), role->where, text_witness("role", role->role.value))
        .arg("job", run.job->id.value)
        .arg("role", role->role.value);
    return;
  }
  const JobRun& run = *runs.front().run;
  out.pass(run.asset(), run.job->id.where);
}

void caller_identity(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<Deployments>().by_job()) {
    judge_identity(runs, out);
  }
}

const Register kCallerIdentityCheck{
    "workflow-caller-identity", caller_identity, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
