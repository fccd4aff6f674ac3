// The policy templates of AWS SAM: what `S3ReadPolicy: {BucketName: x}` in `Policies` of a function
// or state machine stands for. Data and its source: rules/data/sam-policy-templates.json.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "checks/policy/model.h"

namespace muster::iam {

/// What a template is filled with.
struct SamFilling {
  /// By name, as the entry gives them.
  std::map<std::string, std::string, std::less<>> parameters;
  std::string account;
  std::string region;
  /// All places of the policy.
  SourceRef where;
};

/// Errors (`Invalid`): no template has this name; a parameter is missing or unknown, which SAM
/// refuses.
[[nodiscard]] Result<policy::Policy> sam_policy(std::string_view name, const SamFilling& filling);

/// When the templates were read.
[[nodiscard]] std::string_view sam_policies_date();

}  // namespace muster::iam
