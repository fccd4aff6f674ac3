// Keys that may have several values (tags, the session's name, its source) are left free.
#include "checks/iam/own_keys.h"

#include "checks/core/run.h"
#include "checks/policy/operators.h"
#include "checks/policy/principals.h"
#include "checks/policy/variables.h"
#include "checks/text/ascii.h"

namespace muster::iam {
namespace {

constexpr const char* kCurrentTime = "aws:currenttime";

bool is_odd(const policy::Operator& op, std::string_view key) {
  const bool of_dates = op.kind >= policy::OperatorKind::DateEquals &&
                        op.kind <= policy::OperatorKind::DateGreaterThanEquals;
  return op.kind == policy::OperatorKind::Unknown ||
         (key == kCurrentTime && !of_dates && op.kind != policy::OperatorKind::Null);
}

}  // namespace

OwnKeys::OwnKeys(const Role& role, TimePoint now) : now_(to_utc(now)) {
  if (policy::is_account(role.account)) {
    known_["aws:principalaccount"] = role.account;
  }
  if (policy::is_account(arn_field(role.arn, kAccountField))) {
    known_["aws:principalarn"] = role.arn;
  }
  known_["aws:principaltype"] = "AssumedRole";
  known_["aws:principalisawsservice"] = "false";
  known_["aws:username"] = std::nullopt;
}

void OwnKeys::look_at(const policy::Policy& policy) {
  for (const policy::Statement& statement : policy.statements) {
    looked_at_.merge(policy::mentioned_keys(statement));
    for (const policy::Condition& clause : statement.conditions) {
      std::string key = text::lower(clause.key.value);
      if (is_odd(clause.op, key)) {
        odd_.insert(std::move(key));
      }
    }
  }
}

std::optional<policy::Policy> OwnKeys::requests(Moment moment) const {
  policy::Statement statement;
  statement.effect = policy::Effect::Allow;
  statement.actions = {policy::Text{"*", {}}};
  statement.resources = {policy::Text{"*", {}}};
  for (const auto& [key, value] : known_) {
    if (looked_at_.contains(key) && !odd_.contains(key)) {
      const char* op = !value ? "Null" : *value == "false" ? "Bool" : "StringEquals";
      statement.conditions.push_back(policy::make_condition(op, key, {value.value_or("true")}));
    }
  }
  if (looked_at_.contains(kCurrentTime) && !odd_.contains(kCurrentTime)) {
    statement.conditions.push_back(policy::make_condition(
        moment == Moment::Now ? "DateEquals" : "DateGreaterThanEquals", kCurrentTime, {now_}));
  }
  if (statement.conditions.empty()) {
    return std::nullopt;
  }
  policy::Policy policy;
  policy.version = policy::Version::V2012_10_17;
  policy.statements.push_back(std::move(statement));
  return policy;
}

void OwnKeys::add_to(policy::Request& request) const {
  for (const auto& [key, value] : known_) {
    if (value && looked_at_.contains(key)) {
      request.context.try_emplace(key, policy::ContextValue{{*value}, false});
    }
  }
  if (looked_at_.contains(kCurrentTime)) {
    request.context.try_emplace(kCurrentTime, policy::ContextValue{{now_}, false});
  }
}

}  // namespace muster::iam
