// `Allow` with `NotPrincipal` trusts everybody but the listed. AWS documents it for `Deny` only.
// Always reported; critical when a stranger's request gets through, else medium, because one
// removed condition makes it so.
#include "checks/iam/callers.h"
#include "checks/iam/model.h"

namespace muster::iam {
namespace {

Witness listed(const policy::Statement& statement) {
  Witness witness{WitnessKind::Text, {{"NotPrincipal", {}}}};
  for (const policy::Principal& principal : *statement.not_principals) {
    witness.fields.front().values.push_back(principal.value.value);
  }
  return witness;
}

SourceRef place_of(const policy::Statement& statement) {
  return statement.not_principals->empty() ? statement.where
                                           : statement.not_principals->front().value.where;
}

void judge_not_principal(const Role& role, const policy::Statement& statement, Outcomes& out) {
  const Proof stranger = admits_any(with_only(*role.trust, statement), strangers(*role.trust),
                                    assume_actions(statement));
  if (stranger.is_yes()) {
    out.fail(role.asset(), place_of(statement), stranger.witness())
        .arg("effect", "a role of any other AWS account gets in")
        .anchor(statement.anchor());
    return;
  }
  out.fail(role.asset(), place_of(statement), listed(statement))
      .arg("effect", "only its conditions keep strangers out")
      .severity(Severity::Medium)
      .anchor(statement.anchor());
}

void trust_not_principal(const AuditInput& input, Outcomes& out) {
  for (const Role& role : input.model<Roles>().all()) {
    if (!role.trust) {
      continue;
    }
    bool found = false;
    for (const policy::Statement& statement : role.trust->statements) {
      if (statement.effect == policy::Effect::Allow && statement.not_principals) {
        found = true;
        judge_not_principal(role, statement, out);
      }
    }
    if (!found) {
      out.pass(role.asset(), role.where);
    }
  }
}

const Register kTrustNotPrincipalCheck{
    "iam-trust-not-principal", trust_not_principal, {unreadable_trusts}};

}  // namespace
}  // namespace muster::iam
