// What a trust policy names in full: owners, repositories, ids, tenants. It is what counts as
// trusted when nothing is declared, and what a stranger cannot have.
#pragma once

#include <set>
#include <string>

#include "checks/oidc/issuers.h"
#include "checks/policy/model.h"

namespace muster::oidc {

struct Literals {
  std::set<std::string> owners;
  /// `owner/name`
  std::set<std::string> repositories;
  std::set<std::string> owner_ids;
  std::set<std::string> repository_ids;
  /// Other issuers.
  std::set<std::string> tenants;
};

/// From clauses that pin (positive ones of Allow, negated ones of Deny) on claims of this issuer. A
/// name with a wildcard in it, or one that a wildcard may extend, is not named in full.
[[nodiscard]] Literals literals_of(const policy::Policy& policy, const Issuer& issuer);

}  // namespace muster::oidc
