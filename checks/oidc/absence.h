// Clauses that are true when their key is missing: does a token get in just because of that?
#pragma once

#include "checks/oidc/trusts.h"

namespace muster::oidc {

/// Is a token admitted that would be refused if the clause also had to hold for a missing key
/// (without `IfExists` and quantifier)? Witness: that token.
[[nodiscard]] Proof admits_by_absence(const Trust& trust, const policy::Statement& statement,
                                      std::size_t clause);

/// Severity of a clause that lets tokens in by absence: worst when its key is always absent.
[[nodiscard]] Severity severity_of_absence(const Trust& trust, const policy::Condition& clause);

}  // namespace muster::oidc
