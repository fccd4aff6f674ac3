// A trust policy that allows everybody (`"Principal": "*"` or `{"AWS": "*"}`) lets any AWS account
// assume the role unless a condition keeps strangers out. Reported when a stranger's request gets
// through: he owns his account and so chooses role names, tags and session name, but not his
// organisation, his address or an external id.
#include "checks/iam/callers.h"
#include "checks/iam/model.h"

namespace muster::iam {
namespace {

bool is_everybody(const policy::Principal& principal) {
  return principal.value.value == "*" && (principal.type == policy::PrincipalType::Any ||
                                          principal.type == policy::PrincipalType::Aws);
}

void trust_principal_star(const AuditInput& input, Outcomes& out) {
  for (const Role& role : input.model<Roles>().all()) {
    if (!role.trust) {
      continue;
    }
    bool found = false;
    for (const auto& [statement, principal] : trusted_principals(role)) {
      if (!is_everybody(*principal)) {
        continue;
      }
      found = true;
      const Proof proof = admits_any(with_only(*role.trust, *statement), strangers(*role.trust),
                                     assume_actions(*statement));
      out.fail_if(proof, role.asset(), principal->value.where).anchor(statement->anchor());
    }
    if (!found) {
      out.pass(role.asset(), role.where);
    }
  }
}

const Register kTrustPrincipalStarCheck{
    "iam-trust-principal-star", trust_principal_star, {unreadable_trusts}};

}  // namespace
}  // namespace muster::iam
