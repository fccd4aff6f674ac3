// Source: ECR API Reference: DescribeRepositories, GetRepositoryPolicy.
#include <utility>

#include "aws/collectors.h"
#include "aws/paging.h"

namespace muster::aws {
namespace {

constexpr Service kEcr{.id = "ecr",
                       .protocol = Protocol::Json11,
                       .version = "AmazonEC2ContainerRegistry_V20150921",
                       .host = "api.ecr",
                       .fips_host = "ecr-fips",
                       .dual_stack_host = "ecr"};

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

/// The policy of a repository; null when it has none, nothing when it cannot be read.
std::optional<Value> policy_of(const Client& client, const Value& repository, Facts& facts) {
  const std::string name = repository.text_of("repositoryName");
  const Answer answer =
      client.call({.service = kEcr,
                   .action = "GetRepositoryPolicy",
                   .input = object_value({{"registryId", text_value(client.account())},
                                          {"repositoryName", text_value(name)}}),
                   .expects = {"policyText"}});
  if (answer.failed_with("RepositoryPolicyNotFoundException")) {
    return Value{};
  }
  if (!answer.ok()) {
    facts.not_read({"policy of repository " + name, answer.error()});
    return std::nullopt;
  }
  const std::string text = answer.value().text_of("policyText");
  auto document = parse_json(text);
  return document ? std::move(document).value() : text_value(text);
}

}  // namespace

void collect_ecr(const Client& client, Facts& facts) {
  std::vector<Value> repositories;
  const auto error =
      each_page(client,
                {.service = kEcr,
                 .action = "DescribeRepositories",
                 .input = object_value({{"maxResults", number_value(1000)}}),
                 .expects = {"repositories"}},
                {"nextToken", "nextToken"}, [&](const Value& page) {
                  const auto& items = page.items_of("repositories");
                  repositories.insert(repositories.end(), items.begin(), items.end());
                });
  if (error) {
    facts.not_read({"repositories of images", *error});
    return;
  }
  Value inventory = list_value({});
  Value policies = list_value({});
  for (const Value& repository : repositories) {
    inventory.items.push_back(inventory_entry(repository));
    if (auto policy = policy_of(client, repository, facts)) {
      policies.items.push_back(
          object_value({{"arn", text_value(repository.text_of("repositoryArn"))},
                        {"policy", *std::move(policy)}}));
    }
  }
  facts.put("ecr/" + client.region() + ".json",
            object_value(
                {{"inventory", std::move(inventory)}, {"resource_policies", std::move(policies)}}));
}

}  // namespace muster::aws
