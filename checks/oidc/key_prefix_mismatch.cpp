// A condition key that ends like a claim, but whose prefix is the URL of none of the statement's
// providers: scheme kept, enterprise slug forgotten, another host. The key is never in the request.
#include <algorithm>
#include <array>

#include "checks/oidc/federated.h"
#include "checks/text/ascii.h"

namespace muster::oidc {
namespace {

/// Claims that every issuer has or that people expect of GitHub.
constexpr std::array<std::string_view, 9> kClaims = {"sub",
                                                     "aud",
                                                     "repository",
                                                     "ref",
                                                     "environment",
                                                     "repository_id",
                                                     "job_workflow_ref",
                                                     "actor",
                                                     "repository_owner_id"};

bool is_claim(const FederatedStatement& federated, const std::string& name) {
  return text::one_of(name, kClaims) ||
         std::any_of(federated.issuers.begin(), federated.issuers.end(), [&](const Issuer& issuer) {
           return issuer.exposes(name) || text::one_of(name, issuer.unexposed);
         });
}

void key_prefix_mismatch(const AuditInput& input, Outcomes& out) {
  judge_clauses(
      input, out, [&](const FederatedStatement& federated, const policy::Condition& clause) {
        const std::string claim = claim_part(clause.key.value);
        if (standing_of(federated, clause.key.value) != KeyStanding::OtherPrefix ||
            clause.key.value.find(':') == std::string::npos || !is_claim(federated, claim)) {
          return false;
        }
        out.fail(federated.role->asset(), clause.where, clause_witness(clause))
            .arg("key", clause.key.value)
            .arg("right", federated.issuers.front().prefix + ":" + claim)
            .arg("effect", holds_when_absent(clause) ? "is always true" : "is never true")
            .anchor(anchor_of(*federated.statement, clause));
        return true;
      });
}

const Register kKeyPrefixMismatchCheck{
    "oidc-key-prefix-mismatch", key_prefix_mismatch, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
