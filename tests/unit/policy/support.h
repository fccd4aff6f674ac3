// Short ways to policies and requests for the tests of checks/policy.
#pragma once

#include <doctest/doctest.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checks/policy/evaluate.h"

namespace muster::policy {

/// The policy in `text`; a test failure when it does not parse.
inline Policy policy_of(std::string_view text, PolicyType type = PolicyType::Identity) {
  auto result = parse_policy(std::string(text), SourceId("p.json"), type);
  if (!result) {
    FAIL(to_string(result.error()));
  }
  return std::move(result).value();
}

/// One Allow statement for everything, with this `Condition` object.
inline Policy with_condition(std::string_view condition, std::string_view version = "2012-10-17") {
  return policy_of(R"({"Version":")" + std::string(version) +
                   R"(","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":)" +
                   std::string(condition) + "}}");
}

/// The first clause of a `Condition` object against a context.
inline Truth clause_truth(std::string_view condition, const Request& request,
                          std::string_view version = "2012-10-17") {
  const Policy policy = with_condition(condition, version);
  return evaluate_condition(policy.statements.at(0).conditions.at(0), policy.version, request);
}

/// A request by a user of the example account.
inline Request request_of(std::string action, std::string resource) {
  Request request;
  request.principal = "arn:aws:iam::111122223333:user/ann";
  request.action = std::move(action);
  request.resource = std::move(resource);
  request.resource_account = "111122223333";
  return request;
}

inline ContextValue one(std::string value) {
  return {{std::move(value)}, false};
}

inline ContextValue many(std::vector<std::string> values) {
  return {std::move(values), true};
}

inline doctest::String toString(Truth truth) {
  return truth == Truth::Yes ? "yes" : truth == Truth::No ? "no" : "unknown";
}

}  // namespace muster::policy
