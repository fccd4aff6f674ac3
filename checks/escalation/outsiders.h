// Whom the policy of a resource, or the trust policy of a role, lets in beside the principals of
// the account facts: everybody, other accounts and their principals, services, identity providers.
#pragma once

#include <string>
#include <vector>

#include "checks/escalation/power.h"

namespace muster::escalation {

enum class OutsiderKind {
  /// Whoever has an AWS account.
  Everyone,
  /// Whoever reaches the service, without credentials.
  Anonymous,
  /// The principals of one account.
  Account,
  /// A user, role or session that the facts do not hold.
  Principal,
  Service,
  /// Whoever brings a token of an OIDC or SAML provider.
  Federated,
};

/// `everyone`, `anonymous`, `account`, `principal`, `service`, `federated`.
[[nodiscard]] const char* to_string(OutsiderKind kind);

struct Outsider {
  OutsiderKind kind = OutsiderKind::Everyone;
  /// As the policy names it: an account, an ARN, `events.amazonaws.com`; `*` for everyone.
  std::string name;
  /// `Proven` or `Possible`. A principal whose own policies are needed and not known is possible.
  Reply reply;
};

/// `resources`: ARNs of or within the resource; one suffices. `side.policy` is not null.
[[nodiscard]] std::vector<Outsider> outsiders(const AuditInput& input, const std::string& action,
                                              const std::vector<std::string>& resources,
                                              const ResourceSide& side);

}  // namespace muster::escalation
