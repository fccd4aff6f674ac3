// A job that a role lets in although nobody declared it, or although it does not even name the
// role.
#include <algorithm>

#include "checks/iam/model.h"
#include "checks/workflow/presented.h"

namespace muster::workflow {
namespace {

bool names_role(const JobRun& run, const Intent& intent, const std::string& arn) {
  const auto held = credentials(run, intent);
  return std::any_of(held.begin(), held.end(), [&](const Credential& credential) {
    const auto& arns = credential.role_arns.values;
    const bool unresolved = credential.kind == CredentialKind::Oidc && !credential.role_arns.known;
    return unresolved || std::find(arns.begin(), arns.end(), arn) != arns.end();
  });
}

/// Tokens of the run that the role admits beyond what is declared for it. Without a declaration
/// only a job that does not name the role is uninvited.
Proof gets_in(const JobRun& run, const RoleTrusts::Entry& role, const Intent& intent) {
  const bool declared = role.intent != nullptr && !role.intent->subjects.empty();
  if (!declared && names_role(run, intent, role.role_arn)) {
    return Proof::no();
  }
  const std::vector<oidc::TokenSet> except =
      declared ? declared_sets(*role.intent, intent) : std::vector<oidc::TokenSet>();
  Proof answer = Proof::no();
  for (const Presented& set : presented(run, intent)) {
    const Proof proof = role.search.admits(oidc::scope_of(set.tokens), except);
    if (proof.is_yes()) {
      return proof;
    }
    answer = proof.is_undecided() ? proof : answer;
  }
  return answer;
}

void judge(const JobRun& run, const RoleTrusts::Entry& role, const Intent& intent, Outcomes& out) {
  const bool named = names_role(run, intent, role.role_arn);
  const bool declared = role.intent != nullptr && !role.intent->subjects.empty();
  out.fail_if(gets_in(run, role, intent), run.asset(), run.job->id.where)
      .arg("job", run.job->id.value)
      .arg("role", role.name)
      .arg("why",
           !named ? "it does not use the role" : "muster.yaml declares other subjects for it")
      .anchor("role:" + role.name)
      .severity(declared ? Severity::High : Severity::Medium)
      .related(role.where, "the trust policy that admits it");
}

void uninvited_job(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    const JobRun& run = *runs.front();
    const bool tokenless = std::all_of(runs.begin(), runs.end(), [](const JobRun* one) {
      return token_permission(*one).answer == TokenPermission::Answer::Denied;
    });
    for (const RoleTrusts::Entry& role : input.model<RoleTrusts>().all()) {
      if (tokenless) {
        out.pass(run.asset(), run.job->id.where).anchor("role:" + role.name);
      } else {
        judge(run, role, input.intent(), out);
      }
    }
  }
}

const Register kRegister{
    "workflow-uninvited-job", uninvited_job, {unreadable_workflows, iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::workflow
