// `*` or `?` under an operator that takes it literally. Claims cannot hold these characters, an
// environment or workflow name could, which is reported too except for `workflow`, a free text.
#include "checks/oidc/federated.h"
#include "checks/oidc/named.h"
#include "checks/policy/operators.h"

namespace muster::oidc {
namespace {

void equals_wildcard(const AuditInput& input, Outcomes& out) {
  judge_clauses(
      input, out, [&](const FederatedStatement& federated, const policy::Condition& clause) {
        if (!policy::is_literal(clause.op) || claim_part(clause.key.value) == "workflow" ||
            standing_of(federated, clause.key.value) != KeyStanding::Exposed) {
          return false;
        }
        bool reported = false;
        for (const policy::Text& value : clause.values) {
          if (!has_wildcard(value.value)) {
            continue;
          }
          reported = true;
          out.fail(federated.role->asset(), value.where, clause_witness(clause))
              .arg("operator", clause.op.name.value)
              .arg("value", value.value)
              .arg("effect", clause.op.negated ? "so it excludes nothing" : "so it never matches")
              .anchor(anchor_of(*federated.statement, clause) + "/" + value.value);
        }
        return reported;
      });
}

const Register kEqualsWildcardCheck{
    "oidc-equals-wildcard", equals_wildcard, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
