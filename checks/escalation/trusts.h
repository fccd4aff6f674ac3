// Whom the trust policy of a role lets in, as far as that can be read off it: an index, so that
// only plausible callers are asked about.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "checks/escalation/power.h"

namespace muster::escalation {

struct Trusts {
  /// ARNs of users, roles and sessions.
  std::set<std::string, std::less<>> arns;
  /// Accounts that it trusts as a whole.
  std::set<std::string, std::less<>> accounts;
  bool everyone = false;
  /// `ec2.amazonaws.com`, and identity providers known by host name.
  std::set<std::string, std::less<>> services;
  /// ARNs of OIDC providers.
  std::set<std::string, std::less<>> providers;
};

[[nodiscard]] Trusts trusts_of(const policy::Policy& trust);

/// Whether the trust policy lets the service in for a resource of this account. `Possible`: only
/// under conditions on the service's call that no fact tells.
[[nodiscard]] Verdict admits_service(const policy::Policy& trust, const std::string& service,
                                     const std::string& account);

/// Whether every statement that lets this OIDC provider in demands an audience.
[[nodiscard]] bool pins_audience(const policy::Policy& trust, std::string_view provider);

}  // namespace muster::escalation
