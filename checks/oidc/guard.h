// What AWS itself would say when the trust policy of a role is written: for providers that many
// customers share it demands a clause on a key that tells them apart. It is a test of the text
// only, and is not applied to policies that exist.
#pragma once

#include <optional>
#include <string>

#include "checks/oidc/issuers.h"
#include "checks/policy/model.h"

namespace muster::oidc {

enum class GuardVerdict {
  /// No demand for this provider.
  NotAsked,
  Accepted,
  /// AWS would refuse to store the policy today.
  Refused,
  /// The key occurs only under a quantifier, `IfExists` or a negated operator: what AWS does then
  /// is not known.
  Unknown,
};

/// `not asked`, `accepted`, `refused`, `unknown`.
[[nodiscard]] const char* to_string(GuardVerdict verdict);

struct Guard {
  GuardVerdict verdict = GuardVerdict::NotAsked;
  /// The Allow statement that decides; absent when the verdict is `NotAsked` or `Accepted`.
  std::optional<std::size_t> statement;
};

/// Over all Allow statements that name the provider: the worst of them.
[[nodiscard]] Guard guard_of(const policy::Policy& policy, const Issuer& issuer,
                             const std::string& provider_arn);

}  // namespace muster::oidc
