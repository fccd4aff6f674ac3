// Expansion by the action catalogue, and the corrections to its levels.
#include "checks/iam/grants.h"

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <string>

#include "checks/policy/evaluate.h"
#include "checks/policy/glob.h"
#include "checks/text/ascii.h"

namespace muster::iam {
namespace {

using policy::AccessLevel;
using policy::Action;
using policy::Catalogue;

/// A service with fewer actions has no "whole service" worth the name (`execute-api`,
/// `ssmmessages`).
constexpr std::size_t kSmallService = 10;

using policy::has_wildcard;

std::size_t current_actions(const policy::Service& service) {
  const auto all = policy::embedded_catalogue().actions(service);
  return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](const Action& action) {
    return action.last_edition == policy::kCurrent;
  }));
}

/// Marks the grants of one pattern: they come sorted by service.
void mark(std::vector<Grant>& grants) {
  const Catalogue& catalogue = policy::embedded_catalogue();
  const bool mixed = std::any_of(grants.begin(), grants.end(), [](const Grant& grant) {
    return !Catalogue::scopable(*grant.action);
  });
  for (std::size_t begin = 0; begin < grants.size();) {
    std::size_t end = begin;
    while (end < grants.size() && grants[end].action->service == grants[begin].action->service) {
      ++end;
    }
    const std::size_t all = current_actions(catalogue.service_of(*grants[begin].action));
    const bool whole = end - begin == all && all >= kSmallService;
    for (std::size_t i = begin; i < end; ++i) {
      grants[i].whole_service = whole;
      grants[i].mixed_pattern = mixed;
    }
    begin = end;
  }
}

std::vector<Grant> through_pattern(const std::string& pattern) {
  std::vector<Grant> grants;
  for (const Action* action : policy::embedded_catalogue().expand(pattern, policy::Extent::Known)) {
    grants.push_back({action, false, false});
  }
  if (has_wildcard(pattern)) {
    mark(grants);
  }
  return grants;
}

std::vector<Grant> past_exceptions(const std::vector<policy::Text>& exceptions) {
  const Catalogue& catalogue = policy::embedded_catalogue();
  std::vector<const Action*> excepted;
  for (const policy::Text& pattern : exceptions) {
    const auto some = catalogue.expand(pattern.value, policy::Extent::Known);
    excepted.insert(excepted.end(), some.begin(), some.end());
  }
  std::sort(excepted.begin(), excepted.end());
  std::vector<Grant> grants;
  for (const Action* action : catalogue.expand("*", policy::Extent::Known)) {
    if (!std::binary_search(excepted.begin(), excepted.end(), action)) {
      grants.push_back({action, false, false});
    }
  }
  mark(grants);
  return grants;
}

bool has_key(const Action& action, std::string_view name) {
  const auto keys = policy::embedded_catalogue().usable_keys(action);
  return std::any_of(keys.begin(), keys.end(),
                     [&](const policy::ConditionKey* key) { return key->name == name; });
}

/// Actions that make credentials or change who is trusted; the catalogue calls them plain writes.
bool makes_access(const std::string& name) {
  static constexpr std::array<std::string_view, 13> kNames = {
      "iam:AddClientIDToOpenIDConnectProvider",
      "iam:AddUserToGroup",
      "iam:CreateAccessKey",
      "iam:CreateLoginProfile",
      "iam:CreateOpenIDConnectProvider",
      "iam:CreateSAMLProvider",
      "iam:CreateServiceSpecificCredential",
      "iam:ResetServiceSpecificCredential",
      "iam:UpdateAccessKey",
      "iam:UpdateLoginProfile",
      "iam:UpdateOpenIDConnectProviderThumbprint",
      "iam:UpdateSAMLProvider",
      "iam:UploadSSHPublicKey"};
  return text::one_of(name, kNames);
}

/// The catalogue's level holds reads (`glue:DescribeEntity`) and writes
/// (`lambda:DisableReplication`) as well. Outside IAM an action counts when its name speaks of
/// access, and does not only take it away.
bool gives_access(const Action& action) {
  static constexpr std::array<std::string_view, 10> kWords = {
      "Polic",     "Permission", "Acl",       "Grant",       "Authoriz",
      "Principal", "Share",      "Delegated", "AccessBlock", "DataLakeSettings"};
  const bool checks_only =
      action.name.starts_with("Validate") || action.name.starts_with("AllowVendedLogDelivery");
  return !checks_only && !takes_away(action) && text::contains_any(action.name, kWords);
}

bool looks(const Action& action) {
  static constexpr std::array<std::string_view, 5> kVerbs = {"Get", "List", "Describe", "BatchGet",
                                                             "Search"};
  return action.level == AccessLevel::Read || action.level == AccessLevel::List ||
         (action.level == AccessLevel::PermissionsManagement &&
          std::any_of(kVerbs.begin(), kVerbs.end(),
                      [&](std::string_view verb) { return action.name.starts_with(verb); }));
}

bool reads_data(const std::string& name) {
  static constexpr std::array<std::string_view, 8> kNames = {
      "kms:Decrypt",         "s3:GetObject",
      "s3:GetObjectVersion", "secretsmanager:GetSecretValue",
      "ssm:GetParameter",    "ssm:GetParameterHistory",
      "ssm:GetParameters",   "ssm:GetParametersByPath"};
  return text::one_of(name, kNames);
}

Power iam_power(const Action& action, const std::string& name) {
  if (name == "iam:PassRole") {
    return Power::PassRole;
  }
  if (action.name.ends_with("PermissionsBoundary")) {
    return action.name.starts_with("Delete") ? Power::DropBoundary : Power::GiveBounded;
  }
  const bool makes_principal = name == "iam:CreateRole" || name == "iam:CreateUser";
  const bool permissions = action.level == AccessLevel::PermissionsManagement;
  if ((makes_principal || (permissions && !takes_away(action))) &&
      has_key(action, "iam:PermissionsBoundary")) {
    return Power::GiveBounded;
  }
  return permissions || makes_access(name) ? Power::Permissions : Power::Write;
}

}  // namespace

std::vector<Grant> grants_of(const policy::Statement& statement) {
  if (statement.not_actions) {
    return past_exceptions(*statement.not_actions);
  }
  std::vector<Grant> grants;
  for (const policy::Text& pattern : statement.actions.value_or(std::vector<policy::Text>())) {
    const std::vector<Grant> more = through_pattern(pattern.value);
    grants.insert(grants.end(), more.begin(), more.end());
  }
  // The entries of the catalogue lie in one table, by service and name.
  std::stable_sort(grants.begin(), grants.end(),
                   [](const Grant& a, const Grant& b) { return a.action < b.action; });
  std::vector<Grant> once;
  for (const Grant& grant : grants) {
    if (once.empty() || once.back().action != grant.action) {
      once.push_back(grant);
      continue;
    }
    once.back().whole_service = once.back().whole_service || grant.whole_service;
    once.back().mixed_pattern = once.back().mixed_pattern && grant.mixed_pattern;
  }
  return once;
}

Power power_of(const Action& action) {
  const std::string name = policy::embedded_catalogue().full_name(action);
  if (reads_data(name)) {
    return Power::ReadData;
  }
  if (looks(action)) {
    return Power::Look;
  }
  if (name.starts_with("iam:")) {
    return iam_power(action, name);
  }
  const bool permissions =
      action.level == AccessLevel::PermissionsManagement && gives_access(action);
  return permissions ? Power::Permissions : Power::Write;
}

bool takes_away(const Action& action) {
  static constexpr std::array<std::string_view, 6> kVerbs = {"Delete",       "Detach", "Remove",
                                                             "Disassociate", "Revoke", "Disable"};
  return std::any_of(kVerbs.begin(), kVerbs.end(),
                     [&](std::string_view verb) { return action.name.starts_with(verb); });
}

bool is_all_of_iam(const std::vector<Grant>& grants) {
  const Catalogue& catalogue = policy::embedded_catalogue();
  const policy::Service* iam = catalogue.find_service("iam");
  std::size_t wanted = 0;
  std::size_t found = 0;
  for (const Action& action : catalogue.actions(*iam)) {
    const bool counts = action.last_edition == policy::kCurrent &&
                        action.level == AccessLevel::PermissionsManagement;
    const bool named = std::any_of(grants.begin(), grants.end(),
                                   [&](const Grant& grant) { return grant.action == &action; });
    wanted += counts ? 1U : 0U;
    found += counts && named ? 1U : 0U;
  }
  return wanted > 0 && found == wanted;
}

}  // namespace muster::iam
