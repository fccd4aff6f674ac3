// Policies of resources in plans and states of Terraform. Source: documentation of the AWS
// provider, the pages of the types below.
#include <algorithm>
#include <array>

#include "checks/iac/cloudformation.h"
#include "checks/iam/assembly.h"
#include "checks/iam/declared_resource_policies.h"

namespace muster::iam {
namespace {

using iac::TerraformResource;
using iac::TerraformResources;
using iac::TerraformValue;
using text::Node;
using text::Type;

/// Which argument names the resource; without one, the policy is the resource's own.
struct PolicyArgument {
  std::string_view type;
  std::string_view service;
  std::string_view target;
};

constexpr std::array<PolicyArgument, 13> kPolicyArguments = {{
    {"aws_s3_bucket_policy", "s3", "bucket"},
    {"aws_s3_bucket", "s3", ""},
    {"aws_sqs_queue_policy", "sqs", "queue_url"},
    {"aws_sqs_queue", "sqs", ""},
    {"aws_sns_topic_policy", "sns", "arn"},
    {"aws_sns_topic", "sns", ""},
    {"aws_kms_key", "kms", ""},
    {"aws_kms_key_policy", "kms", "key_id"},
    {"aws_ecr_repository_policy", "ecr", "repository"},
    {"aws_ecr_registry_policy", "ecr", "registry_id"},
    {"aws_secretsmanager_secret_policy", "secretsmanager", "secret_arn"},
    {"aws_secretsmanager_secret", "secretsmanager", ""},
    {"aws_efs_file_system_policy", "elasticfilesystem", "file_system_id"},
}};

/// The argument that names a resource.
struct NameArgument {
  std::string_view type;
  std::string_view service;
  std::string_view name;
};

constexpr std::array<NameArgument, 8> kNameArguments = {{
    {"aws_s3_bucket", "s3", "bucket"},
    {"aws_sqs_queue", "sqs", "name"},
    {"aws_sns_topic", "sns", "name"},
    {"aws_kms_key", "kms", "key_id"},
    {"aws_ecr_repository", "ecr", "name"},
    {"aws_secretsmanager_secret", "secretsmanager", "name"},
    {"aws_lambda_function", "lambda", "function_name"},
    {"aws_efs_file_system", "elasticfilesystem", "id"},
}};

policy::Text argument_text(const TerraformResource& resource, std::string_view name) {
  const auto value = TerraformResources::value(resource, name).node;
  return value && !value->is(Type::Null) ? policy::Text{std::string(value->text()), value->where()}
                                         : policy::Text{};
}

ResourceHome home_in(const TerraformResources& all) {
  return {iac::kSomeRegion,
          all.account().empty() ? iac::kSomeAccount : std::string_view(all.account())};
}

/// The ARN, if the type is known here; a name that is known only after apply is the address.
std::string planned_arn(const TerraformResources& all, const TerraformResource& resource) {
  if (const std::string arn = argument_text(resource, "arn").value; !arn.empty()) {
    return arn;
  }
  const auto* const row = std::ranges::find(kNameArguments, resource.type, &NameArgument::type);
  if (row == kNameArguments.end()) {
    return {};
  }
  const std::string name = argument_text(resource, row->name).value;
  return resource_arn(row->service, name.empty() ? resource.name + "-generated" : name,
                      home_in(all));
}

/// The ARN of what an argument names: by its text, else by what its expression refers to.
std::string target_arn(const TerraformResources& all, const TerraformResource& resource,
                       std::string_view service, std::string_view argument) {
  if (argument.empty()) {
    return planned_arn(all, resource);
  }
  const TerraformResource* referred = all.referred(resource, argument);
  const std::string text = argument_text(resource, argument).value;
  const bool whole = text.starts_with("arn:") || text.starts_with("https:");
  if (referred != nullptr && !whole) {
    if (std::string arn = planned_arn(all, *referred); !arn.empty()) {
      return arn;
    }
  }
  return text.empty() || argument == "registry_id" ? std::string()
                                                   : resource_arn(service, text, home_in(all));
}

void add_policy(const TerraformResources& all, const TerraformResource& resource,
                const PolicyArgument& row, Infrastructure& out) {
  auto read = terraform_policy(resource, "policy", policy::PolicyType::Resource);
  const bool written = TerraformResources::value(resource, "policy").node.has_value();
  std::optional<Error> error;
  if (written && !read) {
    error = read.error();
  }
  IdentityPolicy policy = identity_policy(resource.address, std::move(read));
  out.policies.push_back(
      {resource.address, policy::PolicyType::Resource, resource.where, policy, {}});
  const std::string arn = target_arn(all, resource, row.service, row.target);
  if (arn.empty()) {
    policy = missing_policy(resource.address, "`" + std::string(row.target) + "` of `" +
                                                  resource.address +
                                                  "` is no resource that is known before apply");
  }
  out.resource_policies.push_back({resource.address, resource.where, std::string(row.service), arn,
                                   all.account(), std::move(policy), std::move(error)});
}

/// What of a permission is known only after apply.
std::string open_argument(const TerraformResource& resource) {
  for (const char* const name :
       {"principal", "action", "source_arn", "source_account", "principal_org_id",
        "function_url_auth_type", "event_source_token", "qualifier"}) {
    if (TerraformResources::value(resource, name).unknown) {
      return name;
    }
  }
  return {};
}

void add_permission(const TerraformResources& all, const TerraformResource& resource,
                    Infrastructure& out) {
  std::string arn = target_arn(all, resource, "lambda", "function_name");
  const std::string qualifier = argument_text(resource, "qualifier").value;
  arn += arn.empty() || qualifier.empty() ? std::string() : ":" + qualifier;
  const FunctionPermission permission{argument_text(resource, "principal"),
                                      argument_text(resource, "action"),
                                      arn,
                                      argument_text(resource, "source_arn"),
                                      argument_text(resource, "source_account"),
                                      argument_text(resource, "principal_org_id"),
                                      argument_text(resource, "function_url_auth_type"),
                                      argument_text(resource, "event_source_token"),
                                      argument_text(resource, "invoked_via_function_url"),
                                      resource.where};
  const std::string open = open_argument(resource);
  const std::string why = arn.empty() ? "function_name" : open;
  IdentityPolicy policy =
      why.empty() ? identity_policy(resource.address, policy_of(permission))
                  : missing_policy(resource.address, "`" + why + "` of `" + resource.address +
                                                         "` is known only after apply");
  out.resource_policies.push_back(
      {resource.address, resource.where, "lambda", arn, all.account(), std::move(policy), {}});
}

}  // namespace

void read_resource_policy(const TerraformResources& all, const TerraformResource& resource,
                          Infrastructure& out) {
  if (resource.type == "aws_lambda_permission") {
    add_permission(all, resource, out);
  }
  const auto* const row = std::ranges::find(kPolicyArguments, resource.type, &PolicyArgument::type);
  if (row == kPolicyArguments.end()) {
    return;
  }
  const TerraformValue value = TerraformResources::value(resource, "policy");
  const bool written = value.node && !value.node->text().empty();
  // A resource's own argument is computed as well: unknown, it counts only where it is configured.
  const bool configured = resource.expressions && resource.expressions->find("policy");
  const bool open = value.unknown && (configured || !row->target.empty());
  if (written || open) {
    add_policy(all, resource, *row, out);
  }
}

}  // namespace muster::iam
