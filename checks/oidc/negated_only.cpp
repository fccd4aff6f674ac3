// An Allow statement that says only who may not come: every clause on the identity of the
// repository is negated, so everybody else on GitHub gets in. How far, the exposure rules say.
#include <algorithm>
#include <array>

#include "checks/oidc/federated.h"
#include "checks/text/ascii.h"

namespace muster::oidc {
namespace {

constexpr std::array<std::string_view, 5> kIdentity = {"sub", "repository", "repository_id",
                                                       "repository_owner_id", "job_workflow_ref"};

void judge(const FederatedStatement& federated, Outcomes& out) {
  const policy::Condition* negated = nullptr;
  for (const policy::Condition& clause : federated.statement->conditions) {
    const bool identity = standing_of(federated, clause.key.value) == KeyStanding::Exposed &&
                          text::one_of(claim_part(clause.key.value), kIdentity);
    if (identity && !clause.op.negated) {
      negated = nullptr;
      break;
    }
    negated = identity && negated == nullptr ? &clause : negated;
  }
  const Asset asset = federated.role->asset();
  if (negated == nullptr) {
    out.pass(asset, federated.statement->where).anchor(federated.statement->anchor());
    return;
  }
  out.fail(asset, negated->where, clause_witness(*negated))
      .arg("operator", negated->op.name.value)
      .arg("key", negated->key.value)
      .anchor(federated.statement->anchor());
}

void negated_only(const AuditInput& input, Outcomes& out) {
  for (const FederatedStatement& federated : federated_statements(input)) {
    if (federated.statement->effect == policy::Effect::Allow) {
      judge(federated, out);
    }
  }
}

const Register kNegatedOnlyCheck{"oidc-negated-only", negated_only, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
