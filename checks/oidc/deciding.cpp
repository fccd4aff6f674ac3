// The evaluator decides which statement admits; the order of claims only picks where to point.
#include "checks/oidc/deciding.h"

#include <array>
#include <optional>

namespace muster::oidc {
namespace {

constexpr std::array<std::string_view, 6> kIdentityClaims = {
    "sub", "repository", "repository_id", "repository_owner_id", "job_workflow_ref", "project_id"};

bool demands_a_value(const policy::Condition& clause) {
  return !clause.op.negated && clause.op.kind != policy::OperatorKind::Null &&
         clause.op.kind != policy::OperatorKind::Unknown;
}

const policy::Condition* clause_on(const policy::Statement& statement, const std::string& key) {
  for (const policy::Condition& clause : statement.conditions) {
    if (demands_a_value(clause) && policy::lower(clause.key.value) == key) {
      return &clause;
    }
  }
  return nullptr;
}

/// The first value that alone would meet the clause.
const policy::Text* matching_value(const policy::Condition& clause, policy::Version version,
                                   const policy::Request& request) {
  for (const policy::Text& value : clause.values) {
    policy::Condition single = clause;
    single.values = {value};
    if (policy::evaluate_condition(single, version, request) == policy::Truth::Yes) {
      return &value;
    }
  }
  return nullptr;
}

const policy::Statement* first_met(const Trust& trust, const policy::Request& request,
                                   policy::Effect effect) {
  for (const policy::Statement& statement : trust.policy().statements) {
    const auto trace = policy::evaluate_statement(statement, trust.policy().version, request);
    if (statement.effect == effect && trace.truth == policy::Truth::Yes) {
      return &statement;
    }
  }
  return nullptr;
}

}  // namespace

policy::Request request_of(const TrustSearch& search, const Witness& token) {
  policy::Request request;
  request.principal = search.provider();
  request.action = "sts:AssumeRoleWithWebIdentity";
  for (const WitnessField& field : token.fields) {
    const bool is_key = field.name.find(':') != std::string::npos;
    if (is_key || search.issuer().exposes(field.name)) {
      const std::string key = is_key ? field.name : search.issuer().prefix + ":" + field.name;
      request.context[policy::lower(key)] = {field.values, field.values.size() > 1};
    }
  }
  return request;
}

Deciding deciding_clause(const Trust& trust, const Witness& token) {
  const policy::Request request = request_of(trust.search, token);
  const policy::Statement* statement = first_met(trust, request, policy::Effect::Allow);
  if (statement == nullptr) {
    return {nullptr, trust.role->where, "a statement that cannot be named for certain"};
  }
  for (const std::string_view claim : kIdentityClaims) {
    const std::string key = policy::lower(trust.issuer().prefix + ":" + std::string(claim));
    const policy::Condition* clause = clause_on(*statement, key);
    if (clause == nullptr) {
      continue;
    }
    const policy::Text* value = matching_value(*clause, trust.policy().version, request);
    if (value != nullptr && request.context.contains(key)) {
      return {statement, value->where, "`" + value->value + "`"};
    }
    return {statement, clause->where,
            "`" + clause->op.name.value + "` on `" + clause->key.value + "`"};
  }
  return {statement, statement->where, "a statement without a condition on the subject"};
}

const policy::Statement* denying_statement(const Trust& trust, const Witness& token) {
  return first_met(trust, request_of(trust.search, token), policy::Effect::Deny);
}

}  // namespace muster::oidc
