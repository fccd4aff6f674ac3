// Who can bring which key.
#include "checks/iam/callers.h"

#include <algorithm>
#include <array>
#include <set>

#include "checks/policy/principals.h"
#include "checks/text/ascii.h"

namespace muster::iam {
namespace {

/// Keys of the call itself: whoever calls sets them.
constexpr std::array<std::string_view, 14> kCallKeys = {
    "sts:rolesessionname", "sts:sourceidentity", "sts:transitivetagkeys", "sts:durationseconds",
    "aws:tagkeys",         "aws:useragent",      "aws:referer",           "aws:requestedregion",
    "kms:viaservice",      "s3:prefix",          "s3:delimiter",          "s3:max-keys",
    "s3:authtype",         "s3:signatureversion"};

/// Keys that the owner of an account decides about.
constexpr std::array<std::string_view, 6> kOwnerKeys = {
    "aws:multifactorauthpresent", "aws:multifactorauthage", "aws:securetransport",
    "aws:principaltype",          "aws:username",           "aws:tokenissuetime"};

constexpr std::array<std::string_view, 2> kOrganisationKeys = {"aws:principalorgid",
                                                               "aws:principalorgpaths"};

/// Keys that name an account, a network, a secret or a service: a caller has his own, or none.
constexpr std::array<std::string_view, 20> kIdentityKeys = {"aws:principalaccount",
                                                            "aws:principalarn",
                                                            "aws:userid",
                                                            "aws:sourceip",
                                                            "aws:sourcevpc",
                                                            "aws:sourcevpcarn",
                                                            "aws:sourcevpce",
                                                            "aws:vpcsourceip",
                                                            "aws:sourcearn",
                                                            "aws:sourceaccount",
                                                            "aws:sourceorgid",
                                                            "aws:sourceorgpaths",
                                                            "aws:principalservicename",
                                                            "aws:principalservicenameslist",
                                                            "aws:principalisawsservice",
                                                            "aws:viaawsservice",
                                                            "aws:federatedprovider",
                                                            "aws:sourceowner",
                                                            "kms:calleraccount",
                                                            "sts:externalid"};

bool is_call_key(std::string_view key) {
  return text::one_of(key, kCallKeys) || key.starts_with("aws:requesttag/") ||
         key.starts_with("s3:x-amz-");
}

bool is_owner_key(std::string_view key) {
  return text::one_of(key, kOwnerKeys) || key.starts_with("aws:principaltag/");
}

KeyPower power_of_stranger(std::string_view key) {
  if (is_call_key(key) || is_owner_key(key)) {
    return KeyPower::Chooses;
  }
  const bool own = text::one_of(key, kIdentityKeys) || text::one_of(key, kOrganisationKeys);
  return own ? KeyPower::HasOwn : KeyPower::Unknown;
}

KeyPower power_of_third_party(std::string_view key) {
  if (key == "sts:externalid" || text::one_of(key, kOrganisationKeys)) {
    return KeyPower::HasOwn;
  }
  const bool known = is_call_key(key) || is_owner_key(key) || text::one_of(key, kIdentityKeys);
  return known ? KeyPower::Chooses : KeyPower::Unknown;
}

KeyPower power_of_anybody(std::string_view key) {
  if (is_call_key(key) || text::one_of(key, kOrganisationKeys) || key == "aws:securetransport") {
    return KeyPower::Chooses;
  }
  const bool own = is_owner_key(key) || text::one_of(key, kIdentityKeys);
  return own ? KeyPower::HasOwn : KeyPower::Unknown;
}

KeyPower power_of_service(std::string_view key) {
  if (is_call_key(key) || key == "aws:securetransport") {
    return KeyPower::Chooses;
  }
  const bool own =
      is_owner_key(key) || text::one_of(key, kIdentityKeys) || text::one_of(key, kOrganisationKeys);
  return own ? KeyPower::HasOwn : KeyPower::Unknown;
}

KeyChoice one(std::string value) {
  return policy::ContextValue{{std::move(value)}, false};
}

std::set<std::string> values_under(const policy::Policy& policy, std::string_view key) {
  std::set<std::string> values;
  for (const policy::Statement& statement : policy.statements) {
    for (const policy::Condition& clause : statement.conditions) {
      if (policy::lower(clause.key.value) == key) {
        for (const policy::Text& value : clause.values) {
          values.insert(value.value);
        }
      }
    }
  }
  return values;
}

std::string all_text(const policy::Policy& policy) {
  std::string text;
  for (const policy::Statement& statement : policy.statements) {
    for (const auto* principals : {&statement.principals, &statement.not_principals}) {
      for (std::size_t i = 0; *principals && i < (*principals)->size(); ++i) {
        text += (**principals)[i].value.value + "\n";
      }
    }
    for (const policy::Condition& clause : statement.conditions) {
      for (const policy::Text& value : clause.values) {
        text += value.value + "\n";
      }
    }
  }
  return text;
}

/// The kind and name of a principal whose ARN comes nearest to the pattern: `role/ci-` for
/// `arn:aws:iam::*:role/ci-*`, `role/deploy` for `*deploy*`, empty for `*`.
std::string named_part(const std::string& pattern) {
  for (const char* kind : {"role/", "user/"}) {
    const std::size_t at = pattern.find(kind);
    if (at != std::string::npos) {
      return instance_of(pattern.substr(at));
    }
  }
  // The wildcard stands for the kind too: what follows the last separator is the end of the name.
  const std::size_t separator = pattern.find_last_of(":/");
  const std::string name =
      instance_of(separator == std::string::npos ? pattern : pattern.substr(separator + 1));
  return name.empty() ? "" : "role/" + name;
}

/// The resource ARN of the stranger's account that comes nearest to the pattern.
std::string arn_in(const std::string& account, const std::string& pattern,
                   const std::string& service) {
  const auto field = [&](std::size_t index, const std::string& fallback) {
    const std::string text = instance_of(arn_field(pattern, index));
    return text.empty() ? fallback : text;
  };
  std::string resource = "any/outsider";
  std::size_t at = 0;
  for (int colons = 0; colons < 5 && at != std::string::npos; ++colons) {
    at = pattern.find(':', at == 0 ? 0 : at + 1);
  }
  if (at != std::string::npos) {
    resource = instance_of(pattern.substr(at + 1));
  }
  return "arn:" + field(1, "aws") + ":" + field(2, service.substr(0, service.find('.'))) + ":" +
         field(3, "us-east-1") + ":" + account + ":" + (resource.empty() ? "outsider" : resource);
}

}  // namespace

std::string unnamed_account(const policy::Policy& policy) {
  const std::string text = all_text(policy);
  std::string account = "999988887777";
  while (text.find(account) != std::string::npos) {
    // A policy of bounded size cannot name every account.
    account = std::to_string(std::stoull(account) - 1);
  }
  return account;
}

std::vector<Caller> strangers(const policy::Policy& policy) {
  const std::string account = unnamed_account(policy);
  std::vector<std::string> names = {"role/outsider"};
  for (const std::string& pattern : values_under(policy, "aws:principalarn")) {
    const std::string name = named_part(pattern);
    if (!name.empty()) {
      names.push_back(name);
    }
  }
  std::vector<Caller> callers;
  for (const std::string& name : names) {
    const std::string arn = "arn:aws:iam::" + account + ":" + name;
    callers.push_back({arn,
                       {{"aws:principalaccount", {one(account)}}, {"aws:principalarn", {one(arn)}}},
                       power_of_stranger});
  }
  return callers;
}

Caller third_party(std::string_view account, const std::string& principal) {
  return {principal, {{"aws:principalaccount", {one(std::string(account))}}}, power_of_third_party};
}

Caller anybody_of(std::string_view account) {
  const std::string id(account);
  const std::string arn = "arn:aws:iam::" + id + ":role/any-other";
  return {arn,
          {{"aws:principalaccount", {one(id)}}, {"aws:principalarn", {one(arn)}}},
          power_of_anybody};
}

std::vector<Caller> deputies(const policy::Policy& policy, const std::string& service) {
  const std::string account = unnamed_account(policy);
  std::set<std::string> patterns = values_under(policy, "aws:sourcearn");
  patterns.insert(std::string());
  std::vector<Caller> callers;
  for (const std::string& pattern : patterns) {
    callers.push_back({service,
                       {{"aws:sourceaccount", {one(account)}},
                        {"aws:sourcearn", {one(arn_in(account, pattern, service))}}},
                       power_of_service});
  }
  return callers;
}

std::vector<TrustedPrincipal> trusted_principals(const Role& role) {
  std::vector<TrustedPrincipal> found;
  for (std::size_t i = 0; role.trust && i < role.trust->statements.size(); ++i) {
    const policy::Statement& statement = role.trust->statements[i];
    if (statement.effect == policy::Effect::Allow && statement.principals) {
      for (const policy::Principal& principal : *statement.principals) {
        found.push_back({&statement, &principal});
      }
    }
  }
  return found;
}

std::string account_of_principal(const policy::Principal& principal) {
  const std::string& text = principal.value.value;
  if (principal.type != policy::PrincipalType::Aws) {
    return {};
  }
  return policy::is_account(text) ? text : std::string(arn_field(text, kAccountField));
}

bool is_whole_account(const policy::Principal& principal) {
  const std::string& text = principal.value.value;
  return principal.type == policy::PrincipalType::Aws &&
         (text == account_of_principal(principal) || text.ends_with(":root"));
}

}  // namespace muster::iam
