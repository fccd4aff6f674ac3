// `…IfExists` in an Allow statement lets a token in that lacks the key. Reported when there is such
// a token; a key that every token has makes the suffix harmless.
#include "checks/oidc/absence.h"

namespace muster::oidc {
namespace {

bool judge(const Trust& trust, const policy::Statement& statement, std::size_t i, Outcomes& out) {
  const policy::Condition& clause = statement.conditions[i];
  const KeyStanding standing = key_standing(trust.issuer(), clause.key.value);
  if (!clause.op.if_exists || standing == KeyStanding::Global) {
    return false;
  }
  out.fail_if(admits_by_absence(trust, statement, i), trust.asset(), clause.where)
      .arg("operator", clause.op.name.value)
      .arg("key", clause.key.value)
      .severity(severity_of_absence(trust, clause))
      .anchor(statement.anchor() + "/" + clause.op.name.value + "/" + clause.key.value);
  return true;
}

void if_exists_vacuous(const AuditInput& input, Outcomes& out) {
  for (const Trust& trust : input.model<Trusts>().all()) {
    bool seen = false;
    for (const policy::Statement& statement : trust.policy().statements) {
      for (std::size_t i = 0; i < statement.conditions.size(); ++i) {
        seen =
            (statement.effect == policy::Effect::Allow && judge(trust, statement, i, out)) || seen;
      }
    }
    if (!seen) {
      out.pass(trust.asset(), trust.role->where).anchor(trust.anchor());
    }
  }
}

const Register kIfExistsVacuousCheck{
    "oidc-if-exists-vacuous", if_exists_vacuous, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
