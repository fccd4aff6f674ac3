// Keys that depend on each other, on the caller or on the resource. The search takes every key as
// free; here a witness is held against what a request can be. Source: IAM User Guide, "AWS global
// condition context keys".
#pragma once

#include <string>
#include <vector>

#include "checks/policy/evaluate.h"

namespace muster::prover {

/// Whether some request can have these values together: `aws:PrincipalArn` and
/// `aws:PrincipalAccount` are the caller's, `aws:ResourceAccount` is that of the resource's ARN,
/// `aws:SourceIp` is absent where `aws:SourceVpce` is there.
[[nodiscard]] bool fits(const policy::Request& request);

/// The request with the caller that its keys name. For policies that do not look at the caller.
[[nodiscard]] policy::Request with_own_caller(policy::Request request);

/// What to demand so that a request like this one fits: one statement for each way, its elements
/// being what is demanded. `callers`: those that the policies tell apart; empty when they do not
/// look at the caller. At most `limit`; not all ways, so that finding none proves nothing.
[[nodiscard]] std::vector<policy::Statement> ways_to_fit(
    const policy::Request& odd, const std::vector<const policy::Policy*>& policies,
    const std::vector<std::string>& callers, std::size_t limit);

}  // namespace muster::prover
