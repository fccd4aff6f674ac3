// `read` lowers the severity of findings, so anything unusual leaves the question open.
#include "app/init_privilege.h"

#include <algorithm>
#include <array>

#include "checks/text/ascii.h"

namespace muster::app {
namespace {

template <std::size_t N>
bool starts_with_any(std::string_view text, const std::array<std::string_view, N>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view prefix) { return text.starts_with(prefix); });
}

/// Services in which reading yields secrets or credentials.
bool yields_secrets(std::string_view service) {
  static constexpr std::array<std::string_view, 8> kServices = {
      "sts", "secretsmanager", "ssm",          "cognito-identity",
      "sso", "redshift",       "codeartifact", "lambda"};
  return starts_with_any(service, kServices);
}

/// `ecs:Describe*` and the like, with the whole verb spelt out.
bool only_reads(std::string_view action) {
  static constexpr std::array<std::string_view, 6> kVerbs = {"describe", "list",     "get",
                                                             "head",     "batchget", "lookup"};
  static constexpr std::array<std::string_view, 2> kHarmless = {"describe", "list"};
  const std::string folded = policy::lower(action);
  if (folded == "sts:getcalleridentity") {
    return true;
  }
  const std::size_t colon = folded.find(':');
  if (colon == std::string::npos || folded.find_first_of("*?") < colon) {
    return false;
  }
  const std::string_view service = std::string_view(folded).substr(0, colon);
  const std::string_view verb = std::string_view(folded).substr(colon + 1);
  return yields_secrets(service) ? starts_with_any(verb, kHarmless) : starts_with_any(verb, kVerbs);
}

bool only_reads(const policy::Policy& policy) {
  return std::all_of(
      policy.statements.begin(), policy.statements.end(), [](const policy::Statement& statement) {
        return statement.effect == policy::Effect::Deny ||
               (statement.actions &&
                std::all_of(statement.actions->begin(), statement.actions->end(),
                            [](const policy::Text& action) { return only_reads(action.value); }));
      });
}

bool is_read_only(const iam::IdentityPolicy& identity) {
  static constexpr std::array<std::string_view, 3> kManaged = {
      "policy/ReadOnlyAccess", "policy/job-function/ViewOnlyAccess", "policy/SecurityAudit"};
  const std::size_t name = identity.arn.find(":iam::aws:");
  if (name != std::string::npos) {
    return text::one_of(std::string_view(identity.arn).substr(name + 10), kManaged);
  }
  return identity.policy && only_reads(*identity.policy);
}

std::string shown(const iam::IdentityPolicy& identity) {
  return "`" + identity.name + "`";
}

}  // namespace

PrivilegeGuess infer_privilege(const iam::Role& role) {
  if (role.privilege == Privilege::Admin) {
    return {Privilege::Admin, "a policy of it allows everything"};
  }
  if (role.identity.empty()) {
    return {Privilege::Unknown, "no permission policy of it is known here"};
  }
  for (const iam::IdentityPolicy& identity : role.identity) {
    if (is_read_only(identity)) {
      continue;
    }
    const bool text_known = identity.policy != nullptr;
    return {Privilege::Unknown, text_known ? shown(identity) + " allows more than reading"
                                           : "the text of " + shown(identity) + " is not known"};
  }
  std::string all;
  for (const iam::IdentityPolicy& identity : role.identity) {
    all += (all.empty() ? "" : ", ") + shown(identity);
  }
  return {Privilege::Read, "its known policies only read: " + all};
}

}  // namespace muster::app
