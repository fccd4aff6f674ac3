// Generators shared by the laws of one policy and of stacks.
#include "random_policy.h"

#include <rapidcheck.h>

#include <algorithm>

#include "checks/policy/operators.h"

namespace muster::policy {
namespace {

Text plain(std::string value) {
  return Text{std::move(value), {}};
}

std::vector<std::string> few(const std::vector<std::string>& choices) {
  return *rc::gen::container<std::vector<std::string>>(random_below(1, 4),
                                                       rc::gen::elementOf(choices));
}

Operator random_operator() {
  const std::string prefix =
      *rc::gen::element<std::string>("", "", "ForAllValues:", "ForAnyValue:");
  const std::string base = *rc::gen::element<std::string>(
      "StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase",
      "NumericLessThan", "NumericNotEquals", "Bool", "Misspelt");
  const std::string suffix = *rc::gen::element<std::string>("", "", "IfExists");
  return parse_operator(plain(prefix + base + suffix));
}

}  // namespace

std::size_t random_below(std::size_t low, std::size_t high) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::size_t>(low, high));
}

std::vector<Text> random_list(const std::vector<std::string>& choices) {
  return plain_list(few(choices));
}

std::vector<Text> plain_list(const std::vector<std::string>& values) {
  std::vector<Text> list;
  std::ranges::transform(values, std::back_inserter(list), plain);
  return list;
}

Condition random_condition() {
  Condition condition;
  condition.op = *rc::gen::element(true, true, true, false) ? random_operator()
                                                            : parse_operator(plain("Null"));
  condition.key = plain(*rc::gen::element<std::string>("k", "l", "m"));
  condition.values =
      plain_list(condition.op.kind == OperatorKind::Null
                     ? std::vector<std::string>{*rc::gen::element<std::string>("true", "false")}
                     : few({"a", "b", "A", "*", "a*", "?", "1", "2", "true", "${k}", "${none}"}));
  return condition;
}

Statement random_statement() {
  Statement statement;
  statement.effect = *rc::gen::element(Effect::Allow, Effect::Deny);
  const auto actions = plain_list(few({"*", "s:a", "s:b", "s:*", "S:A", "s:?", "t:*"}));
  const auto resources = plain_list(few({"*", "arn:aws:s:::a", "arn:aws:s:::b", "arn:aws:s:::*",
                                         "arn:aws:*", "arn:aws:s:::${k}", "arn:aws:t:::a"}));
  (*rc::gen::element(true, true, true, false) ? statement.actions : statement.not_actions) =
      actions;
  (*rc::gen::element(true, true, true, false) ? statement.resources : statement.not_resources) =
      resources;
  const auto clauses = *rc::gen::inRange(0, 3);
  for (int i = 0; i < clauses; ++i) {
    statement.conditions.push_back(random_condition());
  }
  return statement;
}

Policy random_policy() {
  Policy policy;
  policy.version =
      *rc::gen::element(Version::V2012_10_17, Version::V2012_10_17, Version::V2008_10_17);
  const auto count = *rc::gen::inRange(0, 4);
  for (int i = 0; i < count; ++i) {
    policy.statements.push_back(random_statement());
    policy.statements.back().index = static_cast<std::size_t>(i);
  }
  return policy;
}

Request random_request() {
  Request request;
  request.principal = "arn:aws:iam::111122223333:user/ann";
  request.action = *rc::gen::element<std::string>("s:a", "s:b", "t:a");
  request.resource = *rc::gen::element<std::string>("arn:aws:s:::a", "arn:aws:s:::b", "*");
  for (const char* key : {"k", "l", "m"}) {
    if (*rc::gen::element(true, true, false)) {
      const auto values = few({"a", "b", "A", "*", "1", "2", "true"});
      const bool list = *rc::gen::element(true, false, false);
      request.context[key] =
          list ? ContextValue{values, true} : ContextValue{{values.front()}, false};
    }
  }
  return request;
}

}  // namespace muster::policy
