// Keys outside the token that are compared as addresses, numbers, dates or ARNs: a finite list of values that meets every
// combination of clause answers there is, or says that it may not.
#pragma once

#include <string>
#include <vector>

#include "checks/oidc/clauses.h"

namespace muster::oidc {

/// Options for one key under all its clauses: absent, then one value per combination of answers. When the combinations
/// may be incomplete the last option has every answer unknown.
[[nodiscard]] std::vector<TypedKey::Option> typed_options(
    const std::string& key, const std::vector<const policy::Condition*>& clauses,
    policy::Version version);

}  // namespace muster::oidc
