// What the readers of templates and of plans share about policies of resources: whose policy one
// is, and what statement Lambda makes of a permission. Not for use outside checks/iam.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checks/iam/infrastructure.h"

namespace muster::iam {

/// What stands in an ARN between the service and the resource.
struct ResourceHome {
  std::string_view region;
  std::string_view account;
};

/// The ARN of the resource that a property names: by its ARN, its name, a URL (queues), or in one
/// of the forms that Lambda takes (`name`, `name:alias`, `account:function:name`). Empty when the
/// text is none of these. `service`: as in ARNs.
[[nodiscard]] std::string resource_arn(std::string_view service, std::string_view text,
                                       const ResourceHome& home);

/// A permission of a function. Empty texts are absent.
struct FunctionPermission {
  policy::Text principal;
  policy::Text action;
  /// ARN of the function, or of an alias or version of it.
  std::string function;
  policy::Text source_arn;
  policy::Text source_account;
  policy::Text organisation;
  policy::Text url_auth_type;
  policy::Text event_source_token;
  policy::Text only_by_url;
  SourceRef where;
};

/// The policy with the statement that Lambda makes of it. Source: AWS Lambda Developer Guide,
/// "Viewing resource-based IAM policies in Lambda"; API reference, "AddPermission".
[[nodiscard]] policy::Policy policy_of(const FunctionPermission& permission);

}  // namespace muster::iam
