// Trust policies as the `trust` commands take them: a bare policy, or what AWS prints about roles.
#pragma once

#include <string>
#include <vector>

#include "checks/core/result.h"
#include "checks/policy/model.h"

namespace muster::app {

struct TrustDocument {
  /// Empty for a bare policy.
  std::string role_arn;
  /// Name of the role; the path for a bare policy.
  std::string name;
  policy::Policy policy;
};

/// `file`: a trust policy, the output of `aws iam get-role` or of
/// `get-account-authorization-details`, a CloudFormation template, a Terraform plan; `-` is
/// standard input. `role`: name, ARN or (in infrastructure code) address of the wanted role; empty
/// = all that name a web identity provider, or the only one there is. Errors: `Usage` when the file
/// is not there or has no such role; else the place in the file.
[[nodiscard]] Result<std::vector<TrustDocument>> read_trust_documents(const std::string& file,
                                                                      const std::string& role);

}  // namespace muster::app
