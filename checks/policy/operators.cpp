// Takes an operator name apart: quantifier, base name, `IfExists`.
#include "checks/policy/operators.h"

#include <algorithm>
#include <array>

#include "checks/text/did_you_mean.h"

namespace muster::policy {
namespace {

struct BaseName {
  std::string_view name;
  OperatorKind kind;
  bool negated;
};

constexpr std::array kBaseNames = {
    BaseName{"StringEquals", OperatorKind::StringEquals, false},
    BaseName{"StringNotEquals", OperatorKind::StringEquals, true},
    BaseName{"StringEqualsIgnoreCase", OperatorKind::StringEqualsIgnoreCase, false},
    BaseName{"StringNotEqualsIgnoreCase", OperatorKind::StringEqualsIgnoreCase, true},
    BaseName{"StringLike", OperatorKind::StringLike, false},
    BaseName{"StringNotLike", OperatorKind::StringLike, true},
    BaseName{"NumericEquals", OperatorKind::NumericEquals, false},
    BaseName{"NumericNotEquals", OperatorKind::NumericEquals, true},
    BaseName{"NumericLessThan", OperatorKind::NumericLessThan, false},
    BaseName{"NumericLessThanEquals", OperatorKind::NumericLessThanEquals, false},
    BaseName{"NumericGreaterThan", OperatorKind::NumericGreaterThan, false},
    BaseName{"NumericGreaterThanEquals", OperatorKind::NumericGreaterThanEquals, false},
    BaseName{"DateEquals", OperatorKind::DateEquals, false},
    BaseName{"DateNotEquals", OperatorKind::DateEquals, true},
    BaseName{"DateLessThan", OperatorKind::DateLessThan, false},
    BaseName{"DateLessThanEquals", OperatorKind::DateLessThanEquals, false},
    BaseName{"DateGreaterThan", OperatorKind::DateGreaterThan, false},
    BaseName{"DateGreaterThanEquals", OperatorKind::DateGreaterThanEquals, false},
    BaseName{"Bool", OperatorKind::Bool, false},
    BaseName{"BinaryEquals", OperatorKind::BinaryEquals, false},
    BaseName{"IpAddress", OperatorKind::IpAddress, false},
    BaseName{"NotIpAddress", OperatorKind::IpAddress, true},
    BaseName{"ArnEquals", OperatorKind::ArnEquals, false},
    BaseName{"ArnNotEquals", OperatorKind::ArnEquals, true},
    BaseName{"ArnLike", OperatorKind::ArnLike, false},
    BaseName{"ArnNotLike", OperatorKind::ArnLike, true},
    BaseName{"Null", OperatorKind::Null, false},
};

constexpr std::string_view kForAll = "forallvalues:";
constexpr std::string_view kForAny = "foranyvalue:";
constexpr std::string_view kIfExists = "ifexists";

Quantifier take_quantifier(std::string_view& folded) {
  if (folded.starts_with(kForAll)) {
    folded.remove_prefix(kForAll.size());
    return Quantifier::ForAllValues;
  }
  if (folded.starts_with(kForAny)) {
    folded.remove_prefix(kForAny.size());
    return Quantifier::ForAnyValue;
  }
  return Quantifier::None;
}

bool take_if_exists(std::string_view& folded) {
  if (!folded.ends_with(kIfExists)) {
    return false;
  }
  folded.remove_suffix(kIfExists.size());
  return true;
}

}  // namespace

Operator parse_operator(Text name) {
  Operator op;
  const std::string folded = lower(name.value);
  std::string_view rest = folded;
  op.quantifier = take_quantifier(rest);
  op.if_exists = take_if_exists(rest);
  const auto found = std::ranges::find_if(
      kBaseNames, [&](const BaseName& base) { return lower(base.name) == rest; });
  const bool decorated = op.if_exists || op.quantifier != Quantifier::None;
  if (found != kBaseNames.end() && !(found->kind == OperatorKind::Null && decorated)) {
    op.kind = found->kind;
    op.negated = found->negated;
  }
  op.name = std::move(name);
  return op;
}

bool is_literal(const Operator& op) {
  return op.kind == OperatorKind::StringEquals || op.kind == OperatorKind::StringEqualsIgnoreCase;
}

Condition make_condition(std::string op, std::string key, std::vector<std::string> values) {
  Condition condition;
  condition.op = parse_operator({std::move(op), {}});
  condition.key = {std::move(key), {}};
  for (std::string& value : values) {
    condition.values.push_back({std::move(value), {}});
  }
  return condition;
}

std::string suggest_operator(std::string_view name) {
  const std::string folded = lower(name);
  std::string_view rest = folded;
  const Quantifier quantifier = take_quantifier(rest);
  const bool if_exists = take_if_exists(rest);
  std::array<std::string_view, kBaseNames.size()> known;
  std::ranges::transform(kBaseNames, known.begin(), &BaseName::name);
  const std::string_view near = text::closest(rest, known).value_or("");
  if (near.empty() || near == "Null") {
    return std::string(near);
  }
  const std::string prefix = quantifier == Quantifier::None           ? ""
                             : quantifier == Quantifier::ForAllValues ? "ForAllValues:"
                                                                      : "ForAnyValue:";
  return prefix + std::string(near) + (if_exists ? "IfExists" : "");
}

}  // namespace muster::policy
