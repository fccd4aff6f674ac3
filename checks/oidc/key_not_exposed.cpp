// A clause on a claim that the issuer's tokens may hold but AWS does not show to policies: it never
// sees a value. A plain operator then refuses everybody, a negated one or one with `IfExists` lets
// everybody pass. Which keys AWS shows is dated data.
#include "checks/oidc/federated.h"

namespace muster::oidc {
namespace {

void key_not_exposed(const AuditInput& input, Outcomes& out) {
  judge_clauses(input, out,
                [&](const FederatedStatement& federated, const policy::Condition& clause) {
                  if (standing_of(federated, clause.key.value) != KeyStanding::NotExposed) {
                    return false;
                  }
                  out.fail(federated.role->asset(), clause.where, clause_witness(clause))
                      .arg("key", clause.key.value)
                      .arg("effect", holds_when_absent(clause) ? "is always true" : "is never true")
                      .arg("date", issuer_data_date())
                      .anchor(anchor_of(*federated.statement, clause));
                  return true;
                });
}

const Register kKeyNotExposedCheck{
    "oidc-key-not-exposed", key_not_exposed, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
