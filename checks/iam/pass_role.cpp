// A role can be passed to any service when the request may name one that no condition mentions.
#include "checks/iam/pass_role.h"

#include <algorithm>

#include "checks/policy/arn.h"
#include "checks/policy/glob.h"

namespace muster::iam {
namespace {

/// A name with fewer letters beside its wildcards does not tell whose roles are meant.
constexpr std::ptrdiff_t kTellingLetters = 3;

/// Whether the pattern leaves the name open: `role/*`, `role/a*`, `role/service-role/*` (the path
/// that AWS gives to the roles that its consoles make).
bool is_broad(std::string_view entry) {
  const auto arn = policy::split_arn(entry);
  if (!arn) {
    return true;
  }
  std::string_view name = arn->resource;
  for (const std::string_view prefix : {"role/", "service-role/"}) {
    if (name.starts_with(prefix)) {
      name.remove_prefix(prefix.size());
    }
  }
  const auto letters =
      std::count_if(name.begin(), name.end(), [](char c) { return c != '*' && c != '?'; });
  return letters < kTellingLetters;
}

using policy::has_wildcard;

/// One entry of `Resource`, or every role when there is none.
PassedRoles through(const policy::Text* entry, const policy::Statement& statement) {
  PassedRoles passed;
  passed.where = entry == nullptr ? statement.where : entry->where;
  if (entry == nullptr || entry->value == "*") {
    passed.words = "any role";
    return passed;
  }
  passed.words = (has_wildcard(entry->value) ? "every role of `" : "role `") + entry->value + "`";
  passed.severity = is_broad(entry->value)       ? Severity::High
                    : has_wildcard(entry->value) ? Severity::Low
                                                 : Severity::Info;
  return passed;
}

/// The request's resource: the entry itself, or what a stranger's role looks like under it.
std::string resource_of(const policy::Text* entry, const Surrounding& around) {
  const std::string stranger =
      "arn:" + around.partition + ":iam::" + around.account + ":role/" + std::string(kStranger);
  return entry == nullptr || entry->value == "*" ? stranger : entry->value;
}

/// A role of the pattern that nobody mentions.
std::string stranger_of(std::string_view pattern) {
  std::string arn;
  for (const char c : pattern) {
    arn += c == '*' ? std::string(kStranger) : std::string(1, c == '?' ? 'x' : c);
  }
  return arn;
}

/// Where a Deny, the boundary or the organisation refuses a role of the pattern that nobody
/// mentions, what is left are names that somebody chose: as good as a prefix.
void narrow(PassedRoles& passed, Powers& powers, Reach reach, const policy::Statement& statement) {
  const std::string pattern = reach.resource;
  reach.resource = stranger_of(pattern);
  if (!powers.is_cut() || !has_wildcard(pattern) || !powers.can(reach, &statement).is_no()) {
    return;
  }
  for (const WitnessField& field : passed.proof.witness().fields) {
    if (field.name == "resource") {
      passed.words = "some role of `" + pattern + "` (such as `" + field.values.front() + "`)";
      passed.severity = Severity::Low;
    }
  }
}

}  // namespace

std::optional<PassedRoles> passed_roles(const policy::Statement& statement, Powers& powers,
                                        const std::vector<ClauseKey>& keys,
                                        const Surrounding& around) {
  std::vector<const policy::Text*> entries;
  if (statement.resources) {
    for (const policy::Text& entry : *statement.resources) {
      entries.push_back(&entry);
    }
  } else {
    entries.push_back(nullptr);
  }
  std::optional<PassedRoles> worst;
  for (const policy::Text* entry : entries) {
    PassedRoles passed = through(entry, statement);
    if (worst && passed.severity <= worst->severity) {
      continue;
    }
    const Reach reach{"iam:PassRole", resource_of(entry, around),
                      unmentioned(keys, around, nullptr)};
    passed.proof = powers.can(reach, &statement);
    if (passed.proof.is_yes()) {
      narrow(passed, powers, reach, statement);
    }
    if (!passed.proof.is_no() && (!worst || passed.severity > worst->severity)) {
      worst = std::move(passed);
    }
  }
  return worst;
}

}  // namespace muster::iam
