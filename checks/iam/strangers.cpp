// Fills ARN templates of the action catalogue with what a policy cannot mean.
#include "checks/iam/strangers.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "checks/policy/arn.h"
#include "checks/policy/operators.h"
#include "checks/policy/principals.h"
#include "checks/text/ascii.h"

namespace muster::iam {
namespace {

using policy::lower;

bool is_plain(std::string_view field) {
  return !field.empty() && field.find_first_of("*?$") == std::string_view::npos;
}

using policy::is_account;

/// Every entry of `Resource` in the policies of the role, as ARN.
template <class Visit>
void each_arn(const Role& role, Visit visit) {
  for (const IdentityPolicy& identity : role.identity) {
    if (!identity.policy) {
      continue;
    }
    for (const policy::Statement& statement : identity.policy->statements) {
      for (const policy::Text& entry : statement.resources.value_or(std::vector<policy::Text>())) {
        if (const auto arn = policy::split_arn(entry.value)) {
          visit(*arn);
        }
      }
    }
  }
}

/// The template with its general parts filled and every other free part replaced by `word`; an
/// empty word keeps them.
std::string fill(std::string_view written, const Surrounding& around, std::string_view word) {
  std::string out;
  while (!written.empty()) {
    const std::size_t open = written.find("${");
    const std::size_t close = open == std::string_view::npos ? open : written.find('}', open);
    if (close == std::string_view::npos) {
      break;
    }
    const std::string_view name = written.substr(open + 2, close - open - 2);
    out += written.substr(0, open);
    if (name == "Partition") {
      out += around.partition;
    } else if (name == "Region") {
      out += around.region;
    } else if (name == "Account" || name == "AccountId") {
      out += around.account;
    } else {
      out += word.empty() ? written.substr(open, close - open + 1) : word;
    }
    written.remove_prefix(close + 1);
  }
  return out + std::string(written);
}

/// Whether the last field has a part that the owner chooses.
bool has_free_name(std::string_view written) {
  const auto arn = policy::split_arn(written);
  return arn && arn->resource.find("${") != std::string_view::npos;
}

/// The surrounding of one entry: where its ARN names partition, region or account, the stranger
/// lives there.
Surrounding near(const policy::Text& entry, const Surrounding& around) {
  Surrounding found = around;
  if (const auto arn = policy::split_arn(entry.value)) {
    found.partition = is_plain(arn->partition) ? arn->partition : found.partition;
    found.region = is_plain(arn->region) ? arn->region : found.region;
    found.account = is_plain(arn->account) ? arn->account : found.account;
  }
  return found;
}

bool makes_new(const policy::Action& action) {
  static constexpr std::array<std::string_view, 6> kVerbs = {"Create", "Allocate", "Register",
                                                             "Import", "Copy",     "RunInstances"};
  return std::any_of(kVerbs.begin(), kVerbs.end(),
                     [&](std::string_view verb) { return action.name.starts_with(verb); });
}

bool matches(const policy::Text& entry, policy::Version version, const std::string& arn) {
  policy::Request request;
  request.resource = arn;
  return policy::match_resource(entry.value, version, request) == policy::MatchResult::Yes;
}

/// The first entry that lets some stranger of the type in.
std::optional<Stranger> through_entries(const policy::Action& action,
                                        const policy::ResourceType& type,
                                        const std::vector<policy::Text>& entries,
                                        policy::Version version, const Surrounding& around) {
  for (const policy::Text& entry : entries) {
    const bool everything = entry.value == "*";
    if (!everything && makes_new(action)) {
      continue;
    }
    for (const std::string& written : policy::arn_templates(type)) {
      std::string arn = fill(written, near(entry, around), kStranger);
      if (has_free_name(written) && matches(entry, version, arn)) {
        return Stranger{std::move(arn), &type, &entry};
      }
    }
  }
  return std::nullopt;
}

std::optional<Stranger> past_exceptions(const policy::ResourceType& type,
                                        const std::vector<policy::Text>& exceptions,
                                        policy::Version version, const Surrounding& around) {
  for (const std::string& written : policy::arn_templates(type)) {
    std::string arn = fill(written, around, kStranger);
    const bool excepted =
        std::any_of(exceptions.begin(), exceptions.end(),
                    [&](const policy::Text& entry) { return matches(entry, version, arn); });
    if (has_free_name(written) && !excepted) {
      return Stranger{std::move(arn), &type, nullptr};
    }
  }
  return std::nullopt;
}

/// Keys that limit an action although the catalogue lists them for no resource type of it.
bool is_known_limit(std::string_view key) {
  static constexpr std::array<std::string_view, 14> kKeys = {"aws:calledvia",
                                                             "aws:calledviafirst",
                                                             "aws:calledvialast",
                                                             "aws:viaawsservice",
                                                             "cloudwatch:namespace",
                                                             "dynamodb:leadingkeys",
                                                             "iam:awsservicename",
                                                             "iam:passedtoservice",
                                                             "iam:permissionsboundary",
                                                             "iam:policyarn",
                                                             "kms:resourcealiases",
                                                             "kms:viaservice",
                                                             "organizations:serviceprincipal",
                                                             "s3:prefix"};
  // `ecs:CreateAction`: tags only on what the named call makes.
  return text::one_of(key, kKeys) || key.ends_with(":createaction");
}

/// Keys whose mere presence says that somebody put the resource in reach.
bool is_tag_key(std::string_view key) {
  return key.find("resourcetag/") != std::string_view::npos ||
         key.find("requesttag/") != std::string_view::npos ||
         key.find("objecttag/") != std::string_view::npos ||
         key.starts_with("kms:encryptioncontext");
}

bool is_key_of(const policy::ResourceType* type, std::string_view key) {
  if (type == nullptr) {
    return false;
  }
  const auto keys = policy::embedded_catalogue().keys_of(*type);
  return std::any_of(keys.begin(), keys.end(), [&](const policy::ConditionKey* of_type) {
    return policy::is_key(of_type->name, key);
  });
}

policy::Condition missing(const std::string& key) {
  return policy::make_condition("Null", key, {"true"});
}

policy::Condition has_value(const std::string& key, std::string value, bool if_exists) {
  return policy::make_condition(if_exists ? "StringEqualsIfExists" : "StringEquals", key,
                                {std::move(value)});
}

std::string strange_value(const std::string& key, policy::KeyType type, const Surrounding& around) {
  const std::string word(kStranger);
  if (key == "iam:passedtoservice") {
    return word + ".amazonaws.com";
  }
  return type == policy::KeyType::Arn
             ? "arn:" + around.partition + ":iam::" + around.account + ":" + word + "/" + word
             : word;
}

}  // namespace

Surrounding surrounding_of(const Role& role) {
  Surrounding found;
  found.knows_account = is_account(role.account);
  if (found.knows_account) {
    found.account = role.account;
  }
  if (const auto arn = policy::split_arn(role.arn); arn && is_plain(arn->partition)) {
    found.partition = arn->partition;
  }
  each_arn(role, [&](const policy::ArnParts& arn) {
    if (!found.knows_region && is_plain(arn.region)) {
      found.region = arn.region;
      found.knows_region = true;
    }
    if (!found.knows_account && is_account(arn.account)) {
      found.account = arn.account;
      found.knows_account = true;
    }
  });
  return found;
}

std::vector<Stranger> strangers(const policy::Action& action, const policy::Statement& statement,
                                policy::Version version, const Surrounding& around) {
  const policy::Catalogue& catalogue = policy::embedded_catalogue();
  std::vector<Stranger> found;
  for (const policy::ResourceUse& use : catalogue.uses(action)) {
    const policy::ResourceType& type = catalogue.type_of(use);
    std::optional<Stranger> one;
    if (statement.resources) {
      one = through_entries(action, type, *statement.resources, version, around);
    } else if (statement.not_resources) {
      one = past_exceptions(type, *statement.not_resources, version, around);
    }
    if (one) {
      one->required = use.required;
      found.push_back(std::move(*one));
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const Stranger& a, const Stranger& b) {
    return std::tuple(!a.required, a.arn.size()) < std::tuple(!b.required, b.arn.size());
  });
  return found;
}

std::string arn_to_name(const policy::ResourceType& type, const Surrounding& around) {
  Surrounding known = around;
  known.region = around.knows_region ? around.region : "${Region}";
  known.account = around.knows_account ? around.account : "${Account}";
  const std::vector<std::string> templates = policy::arn_templates(type);
  // Some types also take a bare name.
  const auto arn = std::find_if(templates.begin(), templates.end(), [](const std::string& written) {
    return written.starts_with("arn:");
  });
  return fill(arn == templates.end() ? templates.front() : *arn, known, {});
}

bool describes_resource(const policy::Action& action, std::string_view written) {
  const policy::Catalogue& catalogue = policy::embedded_catalogue();
  const std::string key = lower(written);
  if (is_tag_key(key) || is_known_limit(key)) {
    return true;
  }
  // The region says where, not what: a policy for one region still reaches everything there. Tag
  // keys are those of the request.
  if (key == "ec2:region" || key == "aws:tagkeys") {
    return false;
  }
  for (const policy::ConditionKey* usable : catalogue.usable_keys(action)) {
    if (usable->type == policy::KeyType::Arn && policy::is_key(usable->name, key)) {
      return true;
    }
  }
  const auto uses = catalogue.uses(action);
  return std::any_of(uses.begin(), uses.end(), [&](const policy::ResourceUse& use) {
    return is_key_of(&catalogue.type_of(use), key);
  });
}

std::vector<policy::Condition> unmentioned(const std::vector<ClauseKey>& keys,
                                           const Surrounding& around,
                                           const policy::ResourceType* type) {
  std::vector<policy::Condition> clauses;
  for (const ClauseKey& key : keys) {
    const policy::ConditionKey* known = policy::embedded_catalogue().find_key(key.name);
    const policy::KeyType kind = known == nullptr ? policy::KeyType::String : known->type;
    const bool text = (kind == policy::KeyType::String || kind == policy::KeyType::Arn) &&
                      (known == nullptr || !known->multivalued);
    if (!text || key.with_variable || is_tag_key(key.name)) {
      clauses.push_back(missing(key.name));
    } else {
      clauses.push_back(
          has_value(key.name, strange_value(key.name, kind, around), !is_key_of(type, key.name)));
    }
  }
  return clauses;
}

}  // namespace muster::iam
