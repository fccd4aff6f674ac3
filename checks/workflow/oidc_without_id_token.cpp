// A job that assumes a role through OIDC without being allowed to ask for a token: it fails before
// it reaches AWS.
#include "checks/workflow/jobs.h"

namespace muster::workflow {
namespace {

const Credential* first_oidc(const std::vector<Credential>& all) {
  for (const Credential& credential : all) {
    if (credential.kind == CredentialKind::Oidc) {
      return &credential;
    }
  }
  return nullptr;
}

/// The run whose answer matters most: a denied one, else an unknown one, else any.
const JobRun* worst_run(const std::vector<const JobRun*>& runs) {
  const JobRun* worst = runs.front();
  for (const JobRun* run : runs) {
    using Answer = TokenPermission::Answer;
    const Answer answer = token_permission(*run).answer;
    if (answer == Answer::Denied) {
      return run;
    }
    worst = answer == Answer::Unknown ? run : worst;
  }
  return worst;
}

void oidc_without_id_token(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    const JobRun& run = *worst_run(runs);
    const std::vector<Credential>& held = run.recognised->credentials;
    const Credential* oidc = first_oidc(held);
    if (oidc == nullptr) {
      continue;
    }
    const TokenPermission permission = token_permission(run);
    const SourceRef& where = oidc->where;
    if (permission.answer == TokenPermission::Answer::Granted) {
      out.pass(run.asset(), where);
    } else if (permission.answer == TokenPermission::Answer::Unknown) {
      out.undecided(run.asset(), where, permission.because);
    } else {
      out.fail(run.asset(), where, text_witness("permissions", permission.because))
          .arg("job", run.job->id.value)
          .arg("workflow", run.workflow->source.path())
          .arg("role", oidc->role.value)
          .because(permission.because)
          .related(permission.where, "what decides the token's permissions");
    }
  }
}

const Register kOidcWithoutIdTokenCheck{
    "workflow-oidc-without-id-token", oidc_without_id_token, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
