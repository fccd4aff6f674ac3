// One clause: presence of the key, the list of values, negation, set operators. The table is in
// docs/policy-semantics.md.
#include <algorithm>

#include "checks/policy/compare.h"
#include "checks/policy/evaluate.h"
#include "checks/policy/values.h"

namespace muster::policy {
namespace {

Truth truth(bool value) {
  return value ? Truth::Yes : Truth::No;
}

Truth negation(Truth value) {
  return value == Truth::Unknown ? value : truth(value == Truth::No);
}

Truth evaluate_null(const Condition& condition, bool present) {
  bool satisfied = false;
  for (const Text& written : condition.values) {
    const auto wants_absent = parse_bool(written.value);
    if (!wants_absent) {
      return Truth::Unknown;
    }
    satisfied = satisfied || *wants_absent != present;
  }
  return truth(satisfied);
}

Truth when_absent(const Operator& op) {
  switch (op.quantifier) {
    case Quantifier::ForAllValues:
      return Truth::Yes;
    case Quantifier::ForAnyValue:
      return truth(op.if_exists);
    case Quantifier::None:
      return truth(op.if_exists || op.negated);
  }
  return Truth::Unknown;
}

/// The operator on one value of the request: some listed value matches; negated: none does. A value
/// of the wrong type anywhere in the list leaves the clause open.
Truth test_value(const Condition& condition, std::string_view value, Version version,
                 const Request& request) {
  bool some = false;
  bool all_unresolved = !condition.values.empty();
  for (const Text& written : condition.values) {
    const MatchResult result = compare(condition.op.kind, written.value, value, version, request);
    if (result == MatchResult::Unknown) {
      return Truth::Unknown;
    }
    some = some || result == MatchResult::Yes;
    all_unresolved = all_unresolved && result == MatchResult::Unresolved;
  }
  // Nothing was compared: whether IAM then drops the value or the whole statement is not
  // documented.
  if (condition.op.negated && all_unresolved) {
    return Truth::Unknown;
  }
  return condition.op.negated ? negation(truth(some)) : truth(some);
}

Truth over_all(const Condition& condition, const ContextValue& key, Version version,
               const Request& request) {
  const bool any = condition.op.quantifier == Quantifier::ForAnyValue;
  Truth result = any ? Truth::No : Truth::Yes;
  for (const std::string& value : key.values) {
    const Truth one = test_value(condition, value, version, request);
    result = any ? std::max(result, one) : std::min(result, one);
  }
  return result;
}

}  // namespace

Truth evaluate_condition(const Condition& condition, Version version, const Request& request) {
  const auto found = request.context.find(lower(condition.key.value));
  const bool present = found != request.context.end() && !found->second.values.empty();
  const Operator& op = condition.op;
  if (op.kind == OperatorKind::Unknown) {
    return Truth::Unknown;
  }
  if (op.kind == OperatorKind::Null) {
    return evaluate_null(condition, present);
  }
  if (!present) {
    return when_absent(op);
  }
  const ContextValue& key = found->second;
  const bool list = key.multivalued || key.values.size() > 1;
  // IAM leaves open what a plain operator does with several values.
  if (op.quantifier == Quantifier::None && list) {
    return Truth::Unknown;
  }
  return over_all(condition, key, version, request);
}

}  // namespace muster::policy
