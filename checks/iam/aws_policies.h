// AWS's own managed policies whose texts are known without account facts: those that make an
// administrator.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "checks/policy/model.h"

namespace muster::iam {

/// Their names, such as `IAMFullAccess`.
[[nodiscard]] std::span<const std::string_view> well_known_policies();

/// The ARN of AWS's managed policy of this name, in the partition of `arn`.
[[nodiscard]] std::string aws_policy_arn(std::string_view name, std::string_view arn);

/// The text behind the ARN of a well-known policy, in any partition; null for every other ARN. One
/// object for all that hold it, so that they count as holders of the same. Source: AWS Managed
/// Policy Reference Guide (March 2026).
[[nodiscard]] std::shared_ptr<const policy::Policy> well_known_policy(std::string_view arn);

}  // namespace muster::iam
