// A Deny statement about token claims that no token can meet: the protection that it looks like is
// not there. Decided by searching the statement as if it were an Allow.
#include <algorithm>

#include "checks/oidc/grading.h"
#include "checks/oidc/trusts.h"

namespace muster::oidc {
namespace {

bool speaks_about_claims(const Trust& trust, const policy::Statement& statement) {
  return std::any_of(statement.conditions.begin(), statement.conditions.end(),
                     [&](const policy::Condition& clause) {
                       return key_standing(trust.issuer(), clause.key.value) != KeyStanding::Global;
                     });
}

Proof never_fires(const Trust& trust, const policy::Statement& deny) {
  policy::Policy alone = trust.policy();
  alone.statements = {deny};
  alone.statements.front().effect = policy::Effect::Allow;
  return TrustSearch(alone, trust.search.provider(), trust.search.universe()).is_dead();
}

void deny_vacuous(const AuditInput& input, Outcomes& out) {
  for (const Trust& trust : input.model<Trusts>().all()) {
    for (const policy::Statement& statement : trust.policy().statements) {
      if (statement.effect == policy::Effect::Deny && speaks_about_claims(trust, statement)) {
        out.fail_if(never_fires(trust, statement), trust.asset(), statement.where)
            .severity(grade(Exposure::Vacuous, trust.role->privilege))
            .arg("issuer", trust.issuer().title)
            .anchor(trust.anchor() + "/" + statement.anchor());
      }
    }
  }
}

const Register kDenyVacuousCheck{"oidc-deny-vacuous", deny_vacuous, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
