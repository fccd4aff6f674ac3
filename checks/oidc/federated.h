// The statements of trust policies that speak about OIDC tokens, clause by clause: for rules about
// one clause. What a policy as a whole admits: trusts.h.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/check.h"
#include "checks/iam/model.h"
#include "checks/oidc/issuers.h"

namespace muster::oidc {

/// The ARNs of the OIDC providers whose tokens the role's trust policy speaks about, sorted: those
/// that its Allow statements name, and where one covers every principal (`*`, `NotPrincipal`),
/// those whose keys its clauses ask for, in the role's own account. Needs `role.trust`.
[[nodiscard]] std::vector<std::string> providers_of_role(const iam::Role& role);

struct FederatedStatement {
  /// Both live as long as the audit's input.
  const iam::Role* role = nullptr;
  const policy::Statement* statement = nullptr;
  /// Of the providers that it names; of all that the policy's Allow statements name when its
  /// principal covers them all (`*`, or a Deny with `NotPrincipal`).
  std::vector<Issuer> issuers;
};

/// In the order of the roles, then of the document. A statement without any OIDC provider is left
/// out.
[[nodiscard]] std::vector<FederatedStatement> federated_statements(const AuditInput& input);

/// Reports what is wrong with one clause; says whether it reported anything.
using ClauseJudge = std::function<bool(const FederatedStatement&, const policy::Condition&)>;

/// Puts every clause of every federated statement to the judge. A role about which it reports
/// nothing passes.
void judge_clauses(const AuditInput& input, Outcomes& out, const ClauseJudge& judge);

/// The statement, operator and key: `stmt:Deploy/StringEquals/token.…:sub`.
[[nodiscard]] std::string anchor_of(const policy::Statement& statement,
                                    const policy::Condition& clause);

/// What the key is for the tokens of the statement: the best of its standings, `Exposed` first.
[[nodiscard]] KeyStanding standing_of(const FederatedStatement& federated, std::string_view key);

/// The part behind the last `:`, lower case: `sub`.
[[nodiscard]] std::string claim_part(std::string_view key);

/// Whether a clause on a key that is never in the request is true.
[[nodiscard]] bool holds_when_absent(const policy::Condition& clause);

/// The clause as evidence: operator, key, values.
[[nodiscard]] Witness clause_witness(const policy::Condition& clause);

}  // namespace muster::oidc
