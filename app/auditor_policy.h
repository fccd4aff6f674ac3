// The least that the role of a collection must be allowed, made of the collectors' own list of
// calls, so that the two cannot drift apart.
#pragma once

#include <string>

#include "net/value.h"

namespace muster::app {

/// The identity policy: a statement for each service that is asked, and one that denies what would
/// read a secret or run something, so that the role stays harmless beside wider policies.
[[nodiscard]] net::Value auditor_policy();

/// What the caller needs beside it to collect several accounts: to assume their roles.
[[nodiscard]] net::Value caller_policy();

/// The page `auditor-role.md`: the policy, and the role in Terraform and CloudFormation.
[[nodiscard]] std::string auditor_page();

}  // namespace muster::app
