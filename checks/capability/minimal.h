// The smallest policy that gives a role what it is declared for. Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "checks/capability/expand.h"

namespace muster::capability {

/// IAM's limit for one managed policy, in characters without the whitespace between tokens.
/// Source: IAM User Guide, "IAM and AWS STS quotas".
inline constexpr std::size_t kManagedPolicyLimit = 6'144;

/// Characters of the policy as IAM counts them.
[[nodiscard]] std::size_t policy_size(const policy::Policy& policy);

/// Exactly what the expansion's grants allow, in as few statements as merging by equal resources
/// and equal actions gives, in the order of the declaration. More than one policy when one would be
/// larger than `limit`; a statement that is too large by itself is split by its resources. Every
/// `Sid` is of letters and digits, unique within its policy. Never empty: a role without grants has
/// one policy without statements.
[[nodiscard]] std::vector<policy::Policy> minimal_policies(const Expansion& expansion,
                                                           std::size_t limit = kManagedPolicyLimit);

}  // namespace muster::capability
