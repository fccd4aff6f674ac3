// One value of a `sub` clause that no default subject can be, while others can: a dead entry in a
// list, such as `…:workflow_dispatch`. Where nothing gets in at all, oidc-role-dead speaks; a
// wildcard under an equality operator has its own rule.
#include "checks/oidc/named.h"
#include "checks/oidc/trusts.h"

namespace muster::oidc {
namespace {

Proof never_minted(const Trust& trust, const policy::Condition& clause, const policy::Text& value) {
  policy::Policy alone = trust.policy();
  policy::Statement only;
  only.effect = policy::Effect::Allow;
  only.principals = std::vector{
      policy::Principal{policy::PrincipalType::Federated, {trust.search.provider(), {}}}};
  only.actions = std::vector{policy::Text{"sts:AssumeRoleWithWebIdentity", {}}};
  only.conditions = {clause};
  only.conditions.front().values = {value};
  alone.statements = {std::move(only)};
  const Proof minted =
      TrustSearch(alone, trust.search.provider(), trust.search.universe()).admits_anything();
  if (minted.is_undecided()) {
    return minted;
  }
  return minted.is_yes() ? Proof::no()
                         : Proof::yes({WitnessKind::Text, {{"value", {value.value}}}});
}

bool is_literal(const policy::Condition& clause) {
  return clause.op.kind == policy::OperatorKind::StringEquals ||
         clause.op.kind == policy::OperatorKind::StringEqualsIgnoreCase;
}

void judge(const Trust& trust, Outcomes& out) {
  if (!trust.search.admits_anything().is_yes()) {
    return;
  }
  for (const policy::Condition* clause : positive_clauses(trust, "sub")) {
    for (const policy::Text& value : clause->values) {
      if (is_literal(*clause) && has_wildcard(value.value)) {
        continue;
      }
      out.fail_if(never_minted(trust, *clause, value), trust.asset(), value.where)
          .arg("value", value.value)
          .anchor(trust.anchor() + "/" + value.value);
    }
  }
}

void impossible_subject(const AuditInput& input, Outcomes& out) {
  for (const Trust* trust : input.model<Trusts>().github()) {
    judge(*trust, out);
  }
}

const Register kImpossibleSubjectCheck{
    "oidc-impossible-subject", impossible_subject, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
