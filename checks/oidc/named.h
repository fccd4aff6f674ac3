// What a trust policy names in full: the intent that one may infer where muster.yaml declares none.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/oidc/trusts.h"

namespace muster::oidc {

/// Whether a wildcard stands in the text (`*`, `?`; escapes such as `${*}` do not count).
[[nodiscard]] bool has_wildcard(std::string_view text);

/// Environments without wildcard in `sub` values (`…:environment:prod`) and on the `environment`
/// key of Allow statements, sorted.
[[nodiscard]] std::vector<std::string> named_environments(const Trust& trust);

/// Refs below `prefix` (`refs/heads/`, `refs/tags/`) in `sub` values and on the `ref` key of Allow
/// statements, sorted: those without wildcard and whole namespaces (`refs/heads/release/*`). Other
/// patterns that begin with the prefix: as they are with `patterns`, else without their wildcards.
[[nodiscard]] std::vector<std::string> named_refs(const Trust& trust, std::string_view prefix,
                                                  bool patterns);

/// The clauses of Allow statements on one claim of the provider, positive operators only.
[[nodiscard]] std::vector<const policy::Condition*> positive_clauses(const Trust& trust,
                                                                     std::string_view claim);

}  // namespace muster::oidc
