// A job that a role lets in although nobody declared it, or although it does not even name the
// role. Every way in which the job can come to run counts.
#include <algorithm>

#include "checks/iam/model.h"
#include "checks/oidc/trusts.h"
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

bool is_tokenless(const JobRun& run) {
  return token_permission(run).answer == TokenPermission::Answer::Denied;
}

/// Tokens of the run that the role admits beyond what is declared for it. Without a declaration
/// only a job that does not name the role is uninvited.
Proof gets_in(const JobRun& run, const oidc::Trust& trust, const Intent& intent) {
  if (is_tokenless(run) || (!trust.is_declared && names_role(run, intent, trust.role->arn))) {
    return Proof::no();
  }
  Proof answer = Proof::no();
  for (const Presented& set : presented(run, intent)) {
    const Proof proof = trust.search.admits(oidc::scope_of(set.tokens), trust.declared);
    if (proof.is_yes()) {
      return proof;
    }
    answer = proof.is_undecided() ? proof : answer;
  }
  return answer;
}

Proof any_gets_in(const std::vector<const JobRun*>& runs, const oidc::Trust& trust,
                  const Intent& intent) {
  Proof answer = Proof::no();
  for (const JobRun* run : runs) {
    const Proof proof = gets_in(*run, trust, intent);
    if (proof.is_yes()) {
      return proof;
    }
    answer = proof.is_undecided() ? proof : answer;
  }
  return answer;
}

void uninvited_job(const AuditInput& input, Outcomes& out) {
  const Intent& intent = input.intent();
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    const JobRun& run = *runs.front();
    for (const oidc::Trust* trust : input.model<oidc::Trusts>().github()) {
      const bool named = names_role(run, intent, trust->role->arn);
      out.fail_if(any_gets_in(runs, *trust, intent), run.asset(), run.job->id.where)
          .arg("job", run.job->id.value)
          .arg("role", trust->role->name)
          .arg("why",
               !named ? "it does not use the role" : "muster.yaml declares other subjects for it")
          .anchor("role:" + trust->role->name + "/" + trust->issuer().prefix)
          .severity(trust->is_declared ? Severity::High : Severity::Medium)
          .related(trust->role->where, "the trust policy that admits it");
    }
  }
}

const Register kRegister{
    "workflow-uninvited-job", uninvited_job, {unreadable_workflows, iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::workflow
