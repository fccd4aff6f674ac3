#include "checks/workflow/takes_role.h"

#include <algorithm>

#include "checks/text/ascii.h"
#include "checks/workflow/token_need.h"

namespace muster::workflow {

TakesRole takes_role(const JobRun& run, const iam::Role& role, const AuditInput& input) {
  TakesRole use = TakesRole::No;
  for (const Credential& credential : run.recognised->credentials) {
    if (credential.kind != CredentialKind::Oidc) {
      continue;
    }
    const auto& arns = credential.role_arns.values;
    if (!role.arn.empty() && text::one_of(role.arn, arns)) {
      return TakesRole::Yes;
    }
    const bool undescribed = std::any_of(arns.begin(), arns.end(), [&](const std::string& one) {
      return input.model<iam::Roles>().find(one) == nullptr;
    });
    if (!credential.role_arns.known || (role.arn.empty() && undescribed)) {
      use = TakesRole::Maybe;
    }
  }
  return use;
}

bool is_tokenless(const JobRun& run) {
  return token_permission(run).answer == TokenPermission::Answer::Denied;
}

}  // namespace muster::workflow
