// Keys outside the token that are compared as addresses, numbers, dates or ARNs: a finite list of
// values that meets every combination of answers there is, or says that it may not.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/oidc/clauses.h"

namespace muster::oidc {

/// One clause on the key, with the version of its policy.
struct VersionedClause {
  const policy::Condition* condition = nullptr;
  policy::Version version = policy::Version::V2012_10_17;
};

struct KeyOption {
  /// Nothing = the key is absent.
  std::optional<std::string> value;
  /// Parallel to the clauses.
  std::vector<AtomValue> truths;
};

/// Absent, then one value per combination of answers. When combinations may be missing, the last
/// option has every answer unknown.
[[nodiscard]] std::vector<KeyOption> typed_options(const std::string& key,
                                                   const std::vector<VersionedClause>& clauses);

}  // namespace muster::oidc
