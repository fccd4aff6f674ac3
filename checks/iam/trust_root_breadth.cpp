// A principal that is a whole account (its number, or its `root`) hands the decision to that
// account: every identity there with a matching `sts:AssumeRole` permission gets in. Reported when
// a role that the policy does not name gets through without a narrowing condition (its ARN, a tag,
// MFA, an external id, an address); membership of the organisation does not narrow within an
// account. Another account weighs more than the role's own, and an administrator role more than
// others.
#include "checks/iam/callers.h"
#include "checks/iam/model.h"

namespace muster::iam {
namespace {

Severity severity_of(const Role& role, bool own) {
  const bool admin = role.privilege == Privilege::Admin;
  if (own) {
    return admin ? Severity::Medium : Severity::Low;
  }
  return admin ? Severity::High : Severity::Medium;
}

void judge_root_breadth(const Role& role, const policy::Statement& statement,
                        const policy::Principal& principal, Outcomes& out) {
  const std::string account = account_of_principal(principal);
  const bool own = account == role.account;
  const Proof proof = admits_any(with_only(*role.trust, statement), {anybody_of(account)},
                                 assume_actions(statement));
  out.fail_if(proof, role.asset(), principal.value.where)
      .arg("account", account)
      .arg("whose", own ? "the role's own account" : "account")
      .severity(severity_of(role, own))
      .anchor(statement.anchor() + "/" + account);
}

void trust_root_breadth(const AuditInput& input, Outcomes& out) {
  for (const Role& role : input.model<Roles>().all()) {
    if (!role.trust) {
      continue;
    }
    bool found = false;
    for (const auto& [statement, principal] : trusted_principals(role)) {
      if (is_whole_account(*principal)) {
        found = true;
        judge_root_breadth(role, *statement, *principal, out);
      }
    }
    if (!found) {
      out.pass(role.asset(), role.where);
    }
  }
}

const Register kTrustRootBreadthCheck{
    "iam-trust-root-breadth", trust_root_breadth, {unreadable_trusts}};

}  // namespace
}  // namespace muster::iam
