// Generated policies in the languages that people keep them in. Pure.
#pragma once

#include <string>
#include <vector>

#include "checks/policy/model.h"

namespace muster::app {

struct NamedPolicy {
  /// Name of the managed policy: `shop-deploy`, `shop-deploy-2`.
  std::string name;
  /// Key in muster.yaml.
  std::string role;
  policy::Policy policy;
};

/// `data "aws_iam_policy_document"` and `resource "aws_iam_policy"` for each. REQUIRES: statements
/// with `Sid`, `Action` and `Resource`, as the generator makes them.
[[nodiscard]] std::string to_terraform(const std::vector<NamedPolicy>& policies);

/// A template in YAML with an `AWS::IAM::ManagedPolicy` for each. Same requirement.
[[nodiscard]] std::string to_cloudformation(const std::vector<NamedPolicy>& policies);

}  // namespace muster::app
