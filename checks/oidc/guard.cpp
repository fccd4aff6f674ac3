// Source: IAM User Guide, "Identity-provider controls for shared OIDC providers"; the list of keys
// is dated data.
#include "checks/oidc/guard.h"

#include <algorithm>

#include "checks/text/ascii.h"

namespace muster::oidc {
namespace {

using policy::Condition;
using policy::OperatorKind;

bool names_provider(const policy::Statement& statement, const std::string& provider_arn) {
  return statement.effect == policy::Effect::Allow && statement.principals &&
         std::any_of(statement.principals->begin(), statement.principals->end(),
                     [&](const policy::Principal& principal) {
                       return principal.value.value == provider_arn;
                     });
}

bool is_plain(const policy::Operator& op) {
  const bool text = op.kind == OperatorKind::StringEquals || op.kind == OperatorKind::StringLike ||
                    op.kind == OperatorKind::StringEqualsIgnoreCase;
  return text && !op.negated && !op.if_exists && op.quantifier == policy::Quantifier::None;
}

bool is_scoped(const policy::Text& value) {
  return value.value.find_first_not_of('*') != std::string::npos;
}

GuardVerdict verdict_on(const policy::Statement& statement, const Issuer& issuer) {
  GuardVerdict verdict = GuardVerdict::Refused;
  for (const Condition& condition : statement.conditions) {
    const auto& keys = issuer.guard_keys;
    if (!text::one_of(policy::lower(condition.key.value), keys)) {
      continue;
    }
    if (!is_plain(condition.op)) {
      verdict = GuardVerdict::Unknown;
    } else if (!condition.values.empty() &&
               std::all_of(condition.values.begin(), condition.values.end(), is_scoped)) {
      return GuardVerdict::Accepted;
    }
  }
  return verdict;
}

}  // namespace

const char* to_string(GuardVerdict verdict) {
  switch (verdict) {
    case GuardVerdict::NotAsked:
      return "not asked";
    case GuardVerdict::Accepted:
      return "accepted";
    case GuardVerdict::Refused:
      return "refused";
    case GuardVerdict::Unknown:
      return "unknown";
  }
  return "unknown";
}

Guard guard_of(const policy::Policy& policy, const Issuer& issuer,
               const std::string& provider_arn) {
  Guard guard;
  if (issuer.guard_keys.empty()) {
    return guard;
  }
  for (const policy::Statement& statement : policy.statements) {
    if (!names_provider(statement, provider_arn)) {
      continue;
    }
    const GuardVerdict verdict = verdict_on(statement, issuer);
    const bool worse = guard.verdict == GuardVerdict::NotAsked ||
                       guard.verdict == GuardVerdict::Accepted ||
                       (guard.verdict == GuardVerdict::Unknown && verdict == GuardVerdict::Refused);
    if (worse && verdict != guard.verdict) {
      guard.verdict = verdict;
      guard.statement =
          verdict == GuardVerdict::Accepted ? std::nullopt : std::optional(statement.index);
    }
  }
  return guard;
}

}  // namespace muster::oidc
