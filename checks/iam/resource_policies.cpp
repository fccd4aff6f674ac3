// Reading is as lenient as that of the inventory: what an entry has beyond these members is not
// looked at.
#include "checks/iam/resource_policies.h"

#include <algorithm>
#include <array>
#include <utility>

#include "checks/iam/documents.h"

namespace muster::iam {
namespace {

using text::Node;
using text::Type;

constexpr std::size_t kServiceField = 2;
/// A secret's ARN ends in a hyphen and six characters that nobody chooses.
constexpr std::size_t kSecretSuffix = 7;

/// Sorted.
constexpr std::array<std::string_view, 46> kCovered = {"acm-pca",
                                                       "backup",
                                                       "bedrock",
                                                       "cassandra",
                                                       "cloudhsm",
                                                       "cloudtrail",
                                                       "codeartifact",
                                                       "codebuild",
                                                       "dynamodb",
                                                       "ecr",
                                                       "ecr-public",
                                                       "elasticfilesystem",
                                                       "es",
                                                       "events",
                                                       "execute-api",
                                                       "glacier",
                                                       "glue",
                                                       "imagebuilder",
                                                       "kafka",
                                                       "kinesis",
                                                       "kms",
                                                       "lambda",
                                                       "lex",
                                                       "logs",
                                                       "mediastore",
                                                       "network-firewall",
                                                       "redshift-serverless",
                                                       "refactor-spaces",
                                                       "rekognition",
                                                       "route53-recovery-readiness",
                                                       "s3",
                                                       "s3-object-lambda",
                                                       "s3-outposts",
                                                       "s3express",
                                                       "s3tables",
                                                       "s3vectors",
                                                       "sagemaker",
                                                       "schemas",
                                                       "secretsmanager",
                                                       "servicediscovery",
                                                       "ses",
                                                       "signer",
                                                       "sns",
                                                       "sqs",
                                                       "vpc-lattice",
                                                       "xray"};
static_assert(std::ranges::is_sorted(kCovered));

std::string member_text(const Node& node, std::string_view name) {
  const auto value = node.find(name);
  return value ? std::string(value->text()) : std::string();
}

Result<ResourcePolicy> entry_of(const Node& node) {
  ResourcePolicy found;
  found.where = node.where();
  found.arn = member_text(node, "arn");
  if (found.arn.empty()) {
    return Error{ErrorCode::Invalid, "an entry of `resource_policies` has no `arn`", node.where()};
  }
  found.account = member_text(node, "account");
  if (found.account.empty()) {
    found.account = arn_field(found.arn, kAccountField);
  }
  const auto written = node.find("policy");
  if (!written) {
    return Error{
        ErrorCode::Invalid,
        "the entry of `" + found.arn + "` has no `policy`; `null` says that the resource has none",
        node.where()};
  }
  if (written->is(Type::Null)) {
    return found;
  }
  found.where = written->where();
  auto read = nested_policy(*written, policy::PolicyType::Resource);
  if (!read) {
    return read.error();
  }
  found.policy = std::make_shared<const policy::Policy>(std::move(read).value());
  return found;
}

/// Whether the resource is the one with the ARN, or a part of it.
bool is_within(std::string_view resource, std::string_view arn) {
  if (!resource.starts_with(arn)) {
    const bool without_suffix = arn_field(arn, kServiceField) == "secretsmanager" &&
                                arn.size() == resource.size() + kSecretSuffix &&
                                arn.starts_with(resource) && arn[resource.size()] == '-';
    return without_suffix;
  }
  return resource.size() == arn.size() || resource[arn.size()] == '/' ||
         resource[arn.size()] == ':';
}

}  // namespace

ResourcePolicies ResourcePolicies::build(const AuditInput& input) {
  ResourcePolicies result;
  for (const Document& document : input.facts().documents) {
    if (document.kind != DocumentKind::AwsAccount) {
      continue;
    }
    const auto tree = parse_account_json(document);
    // The error of a document is the account's.
    const auto list = tree ? tree.value().root().find("resource_policies") : std::nullopt;
    for (std::size_t i = 0; list && list->is(Type::Sequence) && i < list->size(); ++i) {
      auto entry = entry_of(list->at(i));
      if (entry) {
        result.policies_.push_back(std::move(entry).value());
        continue;
      }
      result.unreadable_.push_back({document.source, entry.error()});
      if (std::string arn = member_text(list->at(i), "arn"); !arn.empty()) {
        const std::string owner(arn_field(arn, kAccountField));
        result.policies_.push_back(
            {std::move(arn), owner, nullptr, entry.error().message, list->at(i).where()});
      }
    }
  }
  std::ranges::stable_sort(result.policies_, {}, &ResourcePolicy::arn);
  const auto repeated = std::ranges::unique(result.policies_, {}, &ResourcePolicy::arn);
  result.policies_.erase(repeated.begin(), repeated.end());
  return result;
}

const ResourcePolicy* ResourcePolicies::of(std::string_view arn) const {
  const ResourcePolicy* best = nullptr;
  for (const ResourcePolicy& one : policies_) {
    if (is_within(arn, one.arn) && (best == nullptr || one.arn.size() > best->arn.size())) {
      best = &one;
    }
  }
  return best;
}

bool has_resource_policies(std::string_view service) {
  return std::ranges::binary_search(kCovered, service);
}

}  // namespace muster::iam
