// What `Ref` and `Fn::GetAtt` give for the types of resources that policies speak about.
// Source: AWS CloudFormation Template Reference, "Return values" of each type, 2026-11; ARN
// formats: Service Authorization Reference.
#pragma once

#include <string>
#include <string_view>

namespace muster::iac {

/// In the formats `%p`, `%r` and `%a` are partition, region and account; `%n` is the name, `%P` the
/// path of an IAM entity. An empty format: not known here.
struct ResourceNames {
  std::string_view type;
  /// The property that names it; without it CloudFormation makes a name up.
  std::string_view name_property;
  std::string_view ref;
  std::string_view arn;
  /// The attribute that gives the ARN.
  std::string_view arn_attribute = "Arn";
};

/// Null for a type that is not in the table.
[[nodiscard]] const ResourceNames* resource_names(std::string_view type);

struct NameParts {
  std::string_view region;
  std::string_view account;
  std::string_view name;
  std::string_view path;
};

[[nodiscard]] std::string filled(std::string_view format, const NameParts& parts);

}  // namespace muster::iac
