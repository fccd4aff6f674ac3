// The customer's own keys that have an alias; those of AWS have policies that nobody can change.
// Source: KMS API Reference: ListAliases, DescribeKey, GetKeyPolicy, GetKeyRotationStatus.
#include <set>
#include <string>
#include <utility>

#include "aws/collectors.h"
#include "aws/gather.h"
#include "aws/redact.h"

namespace muster::aws {
namespace {

constexpr Service kKms{.id = "kms",
                       .protocol = Protocol::Json11,
                       .version = "TrentService",
                       .host = "kms",
                       .fips_host = "kms-fips",
                       .dual_stack_host = "kms"};
constexpr std::size_t kMostKeys = 500;

void ask_key(Gatherer& gather, const std::string& key, Value& policies) {
  const Value of = object_value({{"KeyId", text_value(key)}});
  (void)gather.ask({.call = {.service = kKms,
                             .action = "DescribeKey",
                             .input = of,
                             .expects = {"KeyMetadata.Arn"}},
                    .what = "key " + key,
                    .file = "keys/" + file_name(key),
                    .tidy = [](Value& answer) { redact(answer, {"KeyMetadata.Description"}); }});
  (void)gather.ask({.call = {.service = kKms,
                             .action = "GetKeyRotationStatus",
                             .input = of,
                             .expects = {"KeyRotationEnabled"}},
                    .what = "rotation of key " + key,
                    .file = "rotation/" + file_name(key),
                    // Keys with two halves and those that are to be deleted do not rotate.
                    .none = {"UnsupportedOperationException", "KMSInvalidStateException"},
                    .about = Member{"KeyId", text_value(key)}});
  const auto policy =
      gather.ask({.call = {.service = kKms,
                           .action = "GetKeyPolicy",
                           .input = object_value(
                               {{"KeyId", text_value(key)}, {"PolicyName", text_value("default")}}),
                           .expects = {"Policy"}},
                  .what = "policy of key " + key,
                  .file = "policies/" + file_name(key),
                  .about = Member{"KeyId", text_value(key)}});
  if (policy) {
    const Client& client = gather.client();
    const std::string arn = "arn:" + std::string(partition_of(client.region())) +
                            ":kms:" + client.region() + ":" + client.account() + ":key/" + key;
    policies.items.push_back(policy_entry(arn, client.account(), *policy, "Policy"));
  }
}

}  // namespace

void collect_kms(const Client& client, Facts& facts) {
  Gatherer gather(client, facts, "kms", client.region());
  const Question question{.call = {.service = kKms,
                                   .action = "ListAliases",
                                   .input = object_value({{"Limit", number_value(100)}}),
                                   .expects = {"Aliases"}},
                          .what = "aliases of keys",
                          .file = "aliases",
                          .paging = Paging{"Marker", "NextMarker", "Truncated"},
                          .list = "Aliases"};
  const auto aliases = gather.ask(question);
  if (!aliases) {
    return;
  }
  std::set<std::string> keys;
  for (const Value& alias : aliases->items_of("Aliases")) {
    const std::string key = alias.text_of("TargetKeyId");
    if (!key.empty() && !alias.text_of("AliasName").starts_with("alias/aws/")) {
      keys.insert(key);
    }
  }
  Value policies = list_value({});
  std::size_t left = gather.at_most(kMostKeys, keys.size(), question);
  for (auto key = keys.begin(); left > 0; ++key, --left) {
    ask_key(gather, *key, policies);
  }
  gather.put("resource-policies", object_value({{"resource_policies", std::move(policies)}}));
}

}  // namespace muster::aws
