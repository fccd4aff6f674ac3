// `ForAllValues` is true for a missing key, so in an Allow statement it lets a token in that lacks
// it. A token's claims have one value each, so neither set operator is needed: where every token
// has the key, the finding is a low one.
#include "checks/oidc/absence.h"

namespace muster::oidc {
namespace {

/// The only claim that may have several values.
bool is_list(std::string_view key) {
  return policy::lower(key).ends_with(":amr");
}

void report(const Trust& trust, const policy::Statement& statement, std::size_t i, Outcomes& out) {
  const policy::Condition& clause = statement.conditions[i];
  const Proof open = clause.op.quantifier == policy::Quantifier::ForAllValues
                         ? admits_by_absence(trust, statement, i)
                         : Proof::no();
  OutcomeDraft draft;
  if (open.is_undecided()) {
    draft = out.undecided(trust.asset(), clause.where, open.reason());
  } else {
    Witness text{WitnessKind::Text,
                 {{"operator", {clause.op.name.value}}, {"key", {clause.key.value}}}};
    draft = out.fail(trust.asset(), clause.where, open.is_yes() ? open.witness() : std::move(text));
    draft.severity(open.is_yes() ? severity_of_absence(trust, clause) : Severity::Low);
  }
  draft.arg("operator", clause.op.name.value)
      .arg("key", clause.key.value)
      .arg("effect", open.is_yes() ? "it lets tokens in that lack the claim"
                                   : "the claim has one value, so the operator is not needed")
      .anchor(statement.anchor() + "/" + clause.op.name.value + "/" + clause.key.value);
}

void set_operator(const AuditInput& input, Outcomes& out) {
  for (const Trust& trust : input.model<Trusts>().all()) {
    bool seen = false;
    for (const policy::Statement& statement : trust.policy().statements) {
      for (std::size_t i = 0; i < statement.conditions.size(); ++i) {
        const policy::Condition& clause = statement.conditions[i];
        const bool is_claim =
            key_standing(trust.issuer(), clause.key.value) != KeyStanding::Global &&
            !is_list(clause.key.value);
        if (statement.effect == policy::Effect::Allow && is_claim &&
            clause.op.quantifier != policy::Quantifier::None) {
          seen = true;
          report(trust, statement, i, out);
        }
      }
    }
    if (!seen) {
      out.pass(trust.asset(), trust.role->where).anchor(trust.anchor());
    }
  }
}

const Register kSetOperatorCheck{"oidc-set-operator", set_operator, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
