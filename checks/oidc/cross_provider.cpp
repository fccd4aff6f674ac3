// One statement names several providers, and a token of one of them gets in although no clause asks
// for a claim of that provider: clauses with `IfExists` or a negated operator on the other's keys
// are true for it.
#include <algorithm>

#include "checks/iam/requests.h"
#include "checks/oidc/trusts.h"

namespace muster::oidc {
namespace {

bool names(const policy::Statement& statement, const std::string& provider) {
  return statement.principals &&
         std::any_of(statement.principals->begin(), statement.principals->end(),
                     [&](const policy::Principal& one) { return one.value.value == provider; });
}

std::size_t providers_in(const policy::Statement& statement) {
  policy::Policy alone;
  alone.statements = {statement};
  return providers_of(alone).size();
}

bool asks_for_a_claim(const policy::Statement& statement, const Issuer& issuer) {
  return std::any_of(statement.conditions.begin(), statement.conditions.end(),
                     [&](const policy::Condition& clause) {
                       return key_standing(issuer, clause.key.value) == KeyStanding::Exposed;
                     });
}

void judge(const Trust& trust, const policy::Statement& statement, Outcomes& out) {
  Proof admitted = Proof::no();
  if (!asks_for_a_claim(statement, trust.issuer())) {
    const TrustSearch only(iam::with_only(trust.policy(), statement), trust.search.provider(),
                           trust.search.universe());
    admitted = only.admits_anything();
  }
  out.fail_if(admitted, trust.asset(), statement.where)
      .arg("issuer", trust.issuer().title)
      .anchor(trust.anchor() + "/" + statement.anchor());
}

void cross_provider(const AuditInput& input, Outcomes& out) {
  for (const Trust& trust : input.model<Trusts>().all()) {
    for (const policy::Statement& statement : trust.policy().statements) {
      if (statement.effect == policy::Effect::Allow && names(statement, trust.search.provider()) &&
          providers_in(statement) > 1) {
        judge(trust, statement, out);
      }
    }
  }
}

const Register kCrossProviderCheck{"oidc-cross-provider", cross_provider, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
