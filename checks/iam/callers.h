// The callers that the trust rules ask about: strangers, third parties, anybody of an account,
// services. Source of the keys: IAM User Guide, "AWS global condition context keys".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/iam/model.h"
#include "checks/iam/requests.h"

namespace muster::iam {

/// A 12-digit account that stands nowhere in the policy.
[[nodiscard]] std::string unnamed_account(const policy::Policy& policy);

/// Somebody of an account that the policy does not name. He owns it, so role name, tags, session
/// name and MFA are his to choose; organisation, addresses and external id are not the policy's.
/// Several: one per role name that the policy looks for.
[[nodiscard]] std::vector<Caller> strangers(const policy::Policy& policy);

/// A third party that uses the named account for all its customers: it meets every condition of the
/// policy but the external id and the organisation, which are another customer's or missing.
[[nodiscard]] Caller third_party(std::string_view account, const std::string& principal);

/// Whoever is in the account: its organisation, not the tags, addresses or names that the policy
/// may ask for.
[[nodiscard]] Caller anybody_of(std::string_view account);

/// A service that acts for a resource of a stranger's account; one caller per ARN pattern that the
/// policy looks for and the stranger can meet.
[[nodiscard]] std::vector<Caller> deputies(const policy::Policy& policy,
                                           const std::string& service);

/// One principal that an Allow statement of a role's trust names. Points into the role.
struct TrustedPrincipal {
  const policy::Statement* statement = nullptr;
  const policy::Principal* principal = nullptr;
};

/// Everyone whom the Allow statements name under `Principal`, in document order.
[[nodiscard]] std::vector<TrustedPrincipal> trusted_principals(const Role& role);

/// The account of a principal in the `AWS` element: an account number, or the account of an ARN;
/// empty for anything else.
[[nodiscard]] std::string account_of_principal(const policy::Principal& principal);

/// Whether the principal stands for a whole account: its number, or its root.
[[nodiscard]] bool is_whole_account(const policy::Principal& principal);

}  // namespace muster::iam
