// Names, rotation and policies; never a value. Source: Secrets Manager API Reference: ListSecrets,
// GetResourcePolicy.
#include <utility>

#include "aws/collectors.h"
#include "aws/gather.h"
#include "aws/redact.h"

namespace muster::aws {
namespace {

constexpr Service kSecretsManager{.id = "secretsmanager",
                                  .protocol = Protocol::Json11,
                                  .version = "secretsmanager",
                                  .host = "secretsmanager",
                                  .fips_host = "secretsmanager-fips",
                                  .dual_stack_host = "secretsmanager"};
constexpr std::size_t kMostSecrets = 1000;

}  // namespace

void collect_secrets(const Client& client, Facts& facts) {
  Gatherer gather(client, facts, "secretsmanager", client.region());
  const Question question{.call = {.service = kSecretsManager,
                                   .action = "ListSecrets",
                                   .input = object_value({{"MaxResults", number_value(100)}}),
                                   .expects = {"SecretList"}},
                          .what = "names of secrets",
                          .file = "secrets",
                          .paging = Paging{"NextToken", "NextToken"},
                          .list = "SecretList",
                          .tidy = [](Value& page) { redact(page, {"SecretList.Description"}); }};
  const auto secrets = gather.ask(question);
  if (!secrets) {
    return;
  }
  Value policies = list_value({});
  const auto& all = secrets->items_of("SecretList");
  const std::size_t count = gather.at_most(kMostSecrets, all.size(), question);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string arn = all[i].text_of("ARN");
    // One without a policy is answered without that member.
    const auto policy = gather.ask({.call = {.service = kSecretsManager,
                                             .action = "GetResourcePolicy",
                                             .input = object_value({{"SecretId", text_value(arn)}}),
                                             .expects = {"ARN"}},
                                    .what = "policy of secret " + all[i].text_of("Name"),
                                    .file = "policies/" + file_name(all[i].text_of("Name"))});
    if (policy) {
      policies.items.push_back(policy_entry(arn, client.account(), *policy, "ResourcePolicy"));
    }
  }
  gather.put("resource-policies", object_value({{"resource_policies", std::move(policies)}}));
}

}  // namespace muster::aws
