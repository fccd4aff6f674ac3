// What policies of an organisation do not reach.
// Source: AWS Organizations User Guide, "Service control policies" and "Resource control policies".
#pragma once

#include "checks/policy/evaluate.h"
#include "checks/policy/principals.h"

namespace muster::policy {

/// Whether a policy of the organisation reaches a request, and if not, or not surely, why.
struct Reach {
  Truth truth = Truth::Yes;
  std::string because;
};

/// A service-linked role: told by its path, for sessions by `aws:PrincipalArn`; a session whose
/// role only has such a name is unknown.
[[nodiscard]] Truth is_service_linked(const Caller& caller, const Request& request);

/// SCPs reach users, roles and root users of member accounts; not service-linked roles, services,
/// providers and anonymous callers.
[[nodiscard]] Reach scp_reach(const Caller& caller, const Request& request);

/// RCPs reach every caller but service-linked roles, only the actions of services that support
/// them, neither `kms:RetireGrant` nor a service that assumes its service-linked role. Services
/// that the dated list lacks are unknown: it grows.
[[nodiscard]] Reach rcp_reach(const Caller& caller, const Request& request);

}  // namespace muster::policy
