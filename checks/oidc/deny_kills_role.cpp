// The Allow statements let tokens in, the Deny statements refuse every one of them: often a negated
// operator on a claim that AWS does not show, which is true for everybody.
#include "checks/oidc/grading.h"
#include "checks/oidc/trusts.h"

namespace muster::oidc {
namespace {

bool has_deny(const policy::Policy& policy) {
  for (const policy::Statement& statement : policy.statements) {
    if (statement.effect == policy::Effect::Deny) {
      return true;
    }
  }
  return false;
}

/// The first Deny without which somebody gets in, else the first of all.
const policy::Statement* killer(const Trust& trust) {
  const policy::Statement* first = nullptr;
  for (const policy::Statement& statement : trust.policy().statements) {
    if (statement.effect != policy::Effect::Deny) {
      continue;
    }
    first = first == nullptr ? &statement : first;
    if (trust.search.without_statement(statement.index).is_dead().is_no()) {
      return &statement;
    }
  }
  return first;
}

void judge(const Trust& trust, Outcomes& out) {
  const Asset asset = trust.asset();
  const Proof dead = trust.search.is_dead();
  const Proof alive = trust.search.without_denies().admits_anything();
  if (dead.is_yes() && alive.is_yes()) {
    const policy::Statement* deny = killer(trust);
    out.fail(asset, deny->where, alive.witness())
        .arg("statement", deny->sid ? "`" + deny->sid->value + "`"
                                    : "statement " + std::to_string(deny->index + 1))
        .severity(grade(Exposure::Dead, trust.role->privilege))
        .anchor(trust.anchor());
  } else if (dead.is_undecided()) {
    out.undecided(asset, trust.role->where, dead.reason()).anchor(trust.anchor());
  } else {
    out.pass(asset, trust.role->where).anchor(trust.anchor());
  }
}

void deny_kills_role(const AuditInput& input, Outcomes& out) {
  for (const Trust& trust : input.model<Trusts>().all()) {
    if (has_deny(trust.policy()) && !trust.issuer().legacy) {
      judge(trust, out);
    }
  }
}

const Register kDenyKillsRoleCheck{
    "oidc-deny-kills-role", deny_kills_role, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
