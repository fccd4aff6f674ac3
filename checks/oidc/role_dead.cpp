// No token of the provider gets in, under no subject template. Where only a Deny statement brings
// that about, oidc-deny-kills-role says so instead; the former GitHub issuer has its own rule.
#include <algorithm>

#include "checks/oidc/federated.h"
#include "checks/oidc/grading.h"
#include "checks/oidc/trusts.h"

namespace muster::oidc {
namespace {

/// The clause that the evidence names, or null.
const policy::Condition* named_clause(const Trust& trust, const Witness& why) {
  for (const policy::Statement& statement : trust.policy().statements) {
    for (const policy::Condition& clause : statement.conditions) {
      const Witness whole = clause_witness(clause);
      if (why.fields.size() > 3 && why.fields[0].values.front() == statement.anchor() &&
          why.fields[1].values == whole.fields[0].values &&
          why.fields[2].values == whole.fields[1].values &&
          why.fields[3].values == whole.fields[2].values) {
        return &clause;
      }
    }
  }
  return nullptr;
}

/// Whether no Allow statement is about this provider's tokens at all.
bool is_never_addressed(const Trust& trust) {
  policy::Request request;
  request.principal = trust.search.provider();
  request.action = "sts:AssumeRoleWithWebIdentity";
  return std::none_of(
      trust.policy().statements.begin(), trust.policy().statements.end(),
      [&](const policy::Statement& statement) {
        policy::Statement bare = statement;
        bare.conditions.clear();
        return statement.effect == policy::Effect::Allow &&
               policy::evaluate_statement(bare, trust.policy().version, request).truth !=
                   policy::Truth::No;
      });
}

std::string because(const Trust& trust, const policy::Condition* clause) {
  if (clause != nullptr) {
    return "`" + clause->op.name.value + "` on `" + clause->key.value + "` can never be true";
  }
  return is_never_addressed(trust) ? "no statement allows it `sts:AssumeRoleWithWebIdentity`"
                                   : "the conditions contradict each other";
}

void report(const Trust& trust, const Proof& dead, Outcomes& out) {
  const policy::Condition* clause = dead.is_yes() ? named_clause(trust, dead.witness()) : nullptr;
  out.fail_if(dead, trust.asset(), clause == nullptr ? trust.role->where : clause->where)
      .arg("issuer", trust.issuer().title)
      .arg("because", because(trust, clause))
      .severity(grade(Exposure::Dead, trust.role->privilege))
      .anchor(trust.anchor());
}

void role_dead(const AuditInput& input, Outcomes& out) {
  for (const Trust& trust : input.model<Trusts>().all()) {
    if (trust.issuer().legacy) {
      continue;
    }
    Proof dead = trust.search.is_dead();
    const bool through_deny = dead.is_yes() && trust.search.without_denies().is_dead().is_no();
    report(trust, through_deny ? Proof::no() : dead, out);
  }
}

const Register kRoleDeadCheck{"oidc-role-dead", role_dead, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
