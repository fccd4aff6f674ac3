// Source: ECR API Reference: DescribeRepositories, GetRepositoryPolicy, DescribeImages,
// GetLifecyclePolicy, GetRegistryPolicy, GetRegistryScanningConfiguration,
// DescribeRepositoryCreationTemplates.
#include <utility>

#include "aws/collectors.h"
#include "aws/gather.h"
#include "aws/redact.h"

namespace muster::aws {
namespace {

constexpr Service kEcr{.id = "ecr",
                       .protocol = Protocol::Json11,
                       .version = "AmazonEC2ContainerRegistry_V20150921",
                       .host = "api.ecr",
                       .fips_host = "ecr-fips",
                       .dual_stack_host = "ecr"};
constexpr Paging kEcrPaging{"nextToken", "nextToken"};

/// The filters of tags that are excluded from the repository's mutability, joined by commas.
std::string exclusions_of(const Value& repository) {
  std::string joined;
  for (const Value& filter : repository.items_of("imageTagMutabilityExclusionFilters")) {
    joined += (joined.empty() ? "" : ",") + filter.text_of("filter");
  }
  return joined;
}

/// A line of the inventory, in Terraform's names.
Value inventory_entry(const Value& repository) {
  Value entry = object_value(
      {{"type", text_value("aws_ecr_repository")},
       {"name", text_value(repository.text_of("repositoryName"))},
       {"arn", text_value(repository.text_of("repositoryArn"))},
       {"image_tag_mutability", text_value(repository.text_of("imageTagMutability"))}});
  if (const std::string filters = exclusions_of(repository); !filters.empty()) {
    entry.set("image_tag_mutability_exclusion_filter", text_value(filters));
  }
  return entry;
}

/// What holds for all repositories.
void ask_registry(Gatherer& gather) {
  (void)gather.ask(
      {.call = {.service = kEcr, .action = "GetRegistryPolicy", .expects = {"policyText"}},
       .what = "policy of the image registry",
       .file = "registry-policy",
       .none = {"RegistryPolicyNotFoundException"}});
  (void)gather.ask({.call = {.service = kEcr,
                             .action = "GetRegistryScanningConfiguration",
                             .expects = {"scanningConfiguration"}},
                    .what = "scanning of the image registry",
                    .file = "scanning"});
  (void)gather.ask(
      {.call = {.service = kEcr,
                .action = "DescribeRepositoryCreationTemplates",
                .input = object_value({{"maxResults", number_value(100)}}),
                .expects = {"repositoryCreationTemplates"}},
       .what = "templates for new repositories of images",
       .file = "creation-templates",
       .paging = kEcrPaging,
       .list = "repositoryCreationTemplates",
       .tidy = [](Value& page) { redact(page, {"repositoryCreationTemplates.description"}); }});
}

/// Images and cleanup of a repository.
void ask_images(Gatherer& gather, const std::string& name) {
  const Value of = object_value({{"registryId", text_value(gather.client().account())},
                                 {"repositoryName", text_value(name)}});
  Value none = of;
  none.set("lifecyclePolicyText", Value{});
  Value pages = of;
  pages.set("maxResults", number_value(1000));
  (void)gather.ask({.call = {.service = kEcr,
                             .action = "DescribeImages",
                             .input = std::move(pages),
                             .expects = {"imageDetails"}},
                    .what = "images of repository " + name,
                    .file = "images/" + file_name(name),
                    .paging = kEcrPaging,
                    .list = "imageDetails",
                    .about = Member{"repositoryName", text_value(name)}});
  (void)gather.ask({.call = {.service = kEcr,
                             .action = "GetLifecyclePolicy",
                             .input = of,
                             .expects = {"lifecyclePolicyText"}},
                    .what = "cleanup of repository " + name,
                    .file = "lifecycle-policies/" + file_name(name),
                    .none = {"LifecyclePolicyNotFoundException"},
                    .none_is = std::move(none)});
}

std::optional<Value> ask_policy(Gatherer& gather, const std::string& name) {
  return gather.ask(
      {.call = {.service = kEcr,
                .action = "GetRepositoryPolicy",
                .input = object_value({{"registryId", text_value(gather.client().account())},
                                       {"repositoryName", text_value(name)}}),
                .expects = {"policyText"}},
       .what = "policy of repository " + name,
       .file = "policies/" + file_name(name),
       .none = {"RepositoryPolicyNotFoundException"},
       .about = Member{"repositoryName", text_value(name)}});
}

}  // namespace

void collect_ecr(const Client& client, Facts& facts) {
  Gatherer gather(client, facts, "ecr", client.region());
  ask_registry(gather);
  const auto answer =
      gather.ask({.call = {.service = kEcr,
                           .action = "DescribeRepositories",
                           .input = object_value({{"maxResults", number_value(1000)}}),
                           .expects = {"repositories"}},
                  .what = "repositories of images",
                  .file = "repositories",
                  .paging = kEcrPaging,
                  .list = "repositories"});
  if (!answer) {
    return;
  }
  Value inventory = list_value({});
  Value policies = list_value({});
  for (const Value& repository : answer->items_of("repositories")) {
    const std::string name = repository.text_of("repositoryName");
    inventory.items.push_back(inventory_entry(repository));
    if (const auto policy = ask_policy(gather, name)) {
      policies.items.push_back(policy_entry(repository.text_of("repositoryArn"), client.account(),
                                            *policy, "policyText"));
    }
    ask_images(gather, name);
  }
  gather.put("inventory", object_value({{"inventory", std::move(inventory)},
                                        {"resource_policies", std::move(policies)}}));
}

}  // namespace muster::aws
