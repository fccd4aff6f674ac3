// A role that another company's account may assume without an external id can be reached by that
// company's other customers: the confused deputy. A third party here is any account that is neither
// the role's own nor among `trusted_accounts` of muster.yaml. Reported when a request of it without
// an external id, or with another customer's, gets through while all other conditions are met; an
// organisation condition counts as protection, because a third party is not in the organisation.
#include <algorithm>

#include "checks/iam/callers.h"
#include "checks/iam/model.h"
#include "checks/policy/principals.h"
#include "checks/text/ascii.h"

namespace muster::iam {
namespace {

bool is_trusted(const Role& role, const std::string& account) {
  if (account == role.account) {
    return true;
  }
  return role.intent != nullptr && text::one_of(account, role.intent->trusted_accounts);
}

/// Whether an account id is written there: `*` and deleted principals have none.
using policy::is_account;

void judge_external_id(const Role& role, const policy::Statement& statement,
                       const policy::Principal& principal, Outcomes& out) {
  const std::string account = account_of_principal(principal);
  const std::string anchor = statement.anchor() + "/" + principal.value.value;
  if (role.account.empty()) {
    out.undecided(role.asset(), principal.value.where,
                  "the role's own account is not known, so account " + account +
                      " may be its own: declare the role's `arn` in muster.yaml")
        .anchor(anchor);
    return;
  }
  const std::string caller = is_whole_account(principal)
                                 ? "arn:aws:iam::" + account + ":role/third-party"
                                 : principal.value.value;
  const Proof proof = admits_any(with_only(*role.trust, statement), {third_party(account, caller)},
                                 assume_actions(statement));
  out.fail_if(proof, role.asset(), principal.value.where).arg("account", account).anchor(anchor);
}

void trust_no_external_id(const AuditInput& input, Outcomes& out) {
  for (const Role& role : input.model<Roles>().all()) {
    if (!role.trust) {
      continue;
    }
    bool found = false;
    for (const auto& [statement, principal] : trusted_principals(role)) {
      const std::string account = account_of_principal(*principal);
      if (is_account(account) && !is_trusted(role, account)) {
        found = true;
        judge_external_id(role, *statement, *principal, out);
      }
    }
    if (!found) {
      out.pass(role.asset(), role.where);
    }
  }
}

const Register kTrustNoExternalIdCheck{
    "iam-trust-no-external-id", trust_no_external_id, {unreadable_trusts}};

}  // namespace
}  // namespace muster::iam
