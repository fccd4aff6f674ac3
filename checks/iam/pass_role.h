// Which roles a statement lets its holder hand to which services.
#pragma once

#include <optional>
#include <string>

#include "checks/core/proof.h"
#include "checks/iam/powers.h"
#include "checks/iam/strangers.h"

namespace muster::iam {

/// Roles that can be passed to a service which the statement does not name.
struct PassedRoles {
  /// High for any role or a broad prefix, low for a prefix, a note for single roles.
  Severity severity = Severity::High;
  Proof proof = Proof::no();
  SourceRef where;
  /// `any role`, `roles that match …`.
  std::string words;
};

/// Nothing when the service is always one that a condition names. `keys`: those that limit what a
/// role is passed to, `iam:PassedToService` among them.
[[nodiscard]] std::optional<PassedRoles> passed_roles(const policy::Statement& statement,
                                                      Powers& powers,
                                                      const std::vector<ClauseKey>& keys,
                                                      const Surrounding& around);

}  // namespace muster::iam
