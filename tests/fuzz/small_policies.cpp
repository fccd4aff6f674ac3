// The suggestions are what a thorough reader of the two policies would try by hand.
#include "tests/fuzz/small_policies.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "checks/policy/arn.h"
#include "checks/policy/operators.h"
#include "checks/prover/shapes.h"

namespace muster::fuzz {
namespace {

using namespace policy;

using Strings = std::vector<std::string>;

Text plain(std::string value) {
  return {std::move(value), {}};
}

std::vector<Text> some(Choices& choices, const Strings& values) {
  std::vector<Text> list;
  const std::size_t count = 1 + choices.below(3);
  for (std::size_t i = 0; i < count; ++i) {
    list.push_back(plain(values[choices.below(values.size())]));
  }
  return list;
}

const Strings kActions = {"s:a", "s:b", "*", "s:*", "t:a", "s:a*", "s:?", "*:a", "S:A", "s:*b"};
const Strings kResources = {"arn:aws:s:::a",
                            "*",
                            "arn:aws:s:::a*",
                            "arn:aws:s:::a/*",
                            "arn:aws:t:::b",
                            "arn:aws:s:::?",
                            "arn:aws:*",
                            "arn:aws:s:*:*:*b",
                            "arn:*:s:::a",
                            "arn:aws:s:::${k}",
                            "arn:aws:s:::${k, 'a'}/x"};
const Strings kNames = {"*",
                        "111122223333",
                        "arn:aws:iam::111122223333:root",
                        "arn:aws:iam::111122223333:user/ann",
                        "arn:aws:iam::111122223333:role/deploy",
                        "arn:aws:sts::111122223333:assumed-role/deploy/run1",
                        "arn:aws:iam::444455556666:user/bob"};
const Strings kCallers = {"arn:aws:iam::111122223333:user/ann",
                          "arn:aws:sts::111122223333:assumed-role/deploy/run1",
                          "arn:aws:iam::111122223333:role/deploy",
                          "arn:aws:iam::444455556666:user/bob",
                          "arn:aws:sts::111122223333:federated-user/ci",
                          "arn:aws:iam::111122223333:root",
                          "ec2.amazonaws.com",
                          "*"};

struct Comparison {
  const char* key;
  const char* op;
  Strings values;
};

const std::vector<Comparison>& comparisons() {
  static const std::vector<Comparison> kAll = {
      {"k", "StringEquals", {"a", "b", "A", "${m}"}},
      {"k", "StringNotEquals", {"a", "b", "${m}"}},
      {"k", "StringLike", {"a*", "*b", "?", "*", "${m}*"}},
      {"k", "StringNotLike", {"a*", "*b", "?*"}},
      {"k", "StringEqualsIgnoreCase", {"a", "Ab"}},
      {"m", "StringLike", {"a", "b*"}},
      {"n", "NumericEquals", {"1", "1.5", "2.0"}},
      {"n", "NumericLessThan", {"1", "2", "-3"}},
      {"n", "NumericGreaterThanEquals", {"1", "2"}},
      {"d", "DateLessThan", {"2026-01-01T00:00:00Z", "2027"}},
      {"d", "DateNotEquals", {"2026-01-01T00:00:00Z"}},
      {"f", "Bool", {"true", "false"}},
      {"i", "IpAddress", {"10.0.0.0/8", "10.1.2.3", "2001:db8::/32"}},
      {"i", "NotIpAddress", {"10.1.0.0/16", "0.0.0.0/0"}},
      {"o", "ArnLike", {"arn:aws:s:::a*", "*", "arn:*:s:*:*:b"}},
      {"o", "ArnNotLike", {"arn:aws:s:::a"}},
      {"l", "ForAllValues:StringEquals", {"a", "b"}},
      {"l", "ForAnyValue:StringLike", {"a*", "*b"}},
      {"l", "ForAllValues:StringNotLike", {"a", "b*"}},
      {"l", "ForAnyValue:StringNotEquals", {"a", "b"}},
      {"x", "BinaryEquals", {"YQ==", "YWI="}},
      {"y", "Misspelt", {"a"}},
      {"k", "NumericEquals", {"1"}},
  };
  return kAll;
}

Condition small_condition(Choices& choices) {
  const Comparison& chosen = comparisons()[choices.below(comparisons().size())];
  Condition condition;
  condition.key = plain(chosen.key);
  const std::size_t form = choices.below(6);
  if (form == 0) {
    condition.op = parse_operator(plain("Null"));
    condition.values = {plain(choices.below(2) == 0 ? "true" : "false")};
    return condition;
  }
  condition.op = parse_operator(plain(std::string(chosen.op) + (form < 3 ? "IfExists" : "")));
  condition.values = some(choices, chosen.values);
  return condition;
}

Statement small_statement(Choices& choices, bool with_principal) {
  Statement statement;
  statement.effect = choices.below(4) == 3 ? Effect::Deny : Effect::Allow;
  (choices.below(6) == 5 ? statement.not_actions : statement.actions) = some(choices, kActions);
  (choices.below(6) == 5 ? statement.not_resources : statement.resources) =
      some(choices, kResources);
  if (with_principal) {
    std::vector<Principal> listed;
    for (Text& name : some(choices, kNames)) {
      listed.push_back({PrincipalType::Aws, std::move(name)});
    }
    const bool negated = statement.effect == Effect::Deny && choices.below(4) == 3;
    (negated ? statement.not_principals : statement.principals) = std::move(listed);
  }
  const std::size_t clauses = choices.below(3);
  for (std::size_t i = 0; i < clauses; ++i) {
    statement.conditions.push_back(small_condition(choices));
  }
  return statement;
}

void give(Choices& choices, Stack& stack, Layer layer, std::optional<std::vector<Policy>>& to) {
  const std::size_t form = choices.below(4);
  if (form == 3) {
    stack.open.insert(layer);
  }
  if (form != 0) {
    to.emplace().push_back(small_policy(choices, layer == Layer::Resource));
  }
}

// ---- suggestions
// ---------------------------------------------------------------------------------

/// The text with each wildcard replaced, and each variable by one value.
void add_readings(std::string_view pattern, std::set<std::string>& out) {
  for (const std::string_view run : {"", "zz"}) {
    std::string text;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      const std::size_t end =
          pattern.substr(i).starts_with("${") ? pattern.find('}', i) : std::string_view::npos;
      if (end != std::string_view::npos) {
        text += 'a';
        i = end;
      } else if (pattern[i] == '*') {
        text += run;
      } else {
        text += pattern[i] == '?' ? 'z' : pattern[i];
      }
    }
    out.insert(std::move(text));
  }
}

bool is_action(const std::string& text) {
  const std::size_t colon = text.find(':');
  return colon != 0 && colon != std::string::npos && colon + 1 < text.size();
}

bool is_resource(const std::string& text) {
  const auto parts = split_arn(text);
  return text == "*" || (parts && !parts->partition.empty() && !parts->service.empty() &&
                         !parts->resource.empty());
}

/// The sets of values of one dimension.
struct Suggestions {
  std::set<std::string> actions{"zz:zz"};
  std::set<std::string> resources{"*", "arn:aws:zz:::zz"};
  std::map<std::string, std::set<std::string>> values;
  std::set<std::string> lists;
  std::set<std::string> truths;

  void add(const Statement& statement) {
    for (const auto* list : {&statement.actions, &statement.not_actions}) {
      for (const Text& text : list->value_or(std::vector<Text>())) {
        add_readings(text.value, actions);
      }
    }
    for (const auto* list : {&statement.resources, &statement.not_resources}) {
      for (const Text& text : list->value_or(std::vector<Text>())) {
        add_readings(text.value, resources);
        add_readings("arn:aws:s:::" + text.value, resources);
      }
    }
    for (const Condition& condition : statement.conditions) {
      add(condition);
    }
  }

  void add(const Condition& condition) {
    const std::string key = lower(condition.key.value);
    std::set<std::string>& known = values[key];
    if (condition.op.kind == OperatorKind::Bool) {
      truths.insert(key);
    }
    const prover::Shape shape = prover::shape_of(key);
    if (shape == prover::Shape::Multi ||
        (shape == prover::Shape::Unknown && condition.op.quantifier != Quantifier::None)) {
      lists.insert(key);
    }
    for (const Text& text : condition.values) {
      add_readings(text.value.substr(0, text.value.find('/')), known);
      add_readings(text.value, known);
    }
    known.insert("zz");
  }

  [[nodiscard]] std::vector<ContextValue> choices_of(const std::string& key) const {
    std::vector<ContextValue> out = {ContextValue{}};
    if (truths.contains(key)) {
      return {ContextValue{}, ContextValue{{"true"}, lists.contains(key)},
              ContextValue{{"false"}, lists.contains(key)}};
    }
    const std::set<std::string>& known = values.at(key);
    for (const std::string& value : known) {
      out.push_back({{value}, lists.contains(key)});
    }
    if (lists.contains(key) && known.size() > 1) {
      out.push_back({{*known.begin(), *known.rbegin()}, true});
      out.push_back({{known.begin(), known.end()}, true});
    }
    return out;
  }
};

}  // namespace

std::size_t Choices::below(std::size_t end) {
  if (bytes_.empty()) {
    return 0;
  }
  const auto byte = static_cast<unsigned char>(bytes_.front());
  bytes_.remove_prefix(1);
  return byte % end;
}

Policy small_policy(Choices& choices, bool with_principal) {
  Policy policy;
  policy.version = choices.below(8) == 7 ? Version::V2008_10_17 : Version::V2012_10_17;
  const std::size_t count = 1 + choices.below(3);
  for (std::size_t i = 0; i < count; ++i) {
    policy.statements.push_back(small_statement(choices, with_principal));
    policy.statements.back().index = i;
  }
  return policy;
}

Stack small_stack(Choices& choices) {
  Stack stack;
  give(choices, stack, Layer::Identity, stack.identity);
  give(choices, stack, Layer::Resource, stack.resource);
  give(choices, stack, Layer::Boundary, stack.boundary);
  give(choices, stack, Layer::Session, stack.session);
  if (choices.below(2) == 1) {
    stack.scp = {{small_policy(choices, false)}, {small_policy(choices, false)}};
  }
  return stack;
}

Request small_request(Choices& choices) {
  Request request;
  request.principal = kCallers[choices.below(kCallers.size())];
  request.action = std::array{"s:a", "s:b", "t:a", "s:ab"}.at(choices.below(4));
  request.resource =
      std::array{"arn:aws:s:::a", "*", "arn:aws:s:::a/x", "arn:aws:t:::b"}.at(choices.below(4));
  request.resource_account = choices.below(3) == 2 ? "444455556666" : "111122223333";
  for (const Comparison& one : comparisons()) {
    const std::size_t form = choices.below(4);
    if (form == 1) {
      request.context[one.key] = {{one.values[choices.below(one.values.size())]}, false};
    } else if (form == 2) {
      request.context[one.key] = {one.values, true};
    }
  }
  return request;
}

std::vector<Request> suggested_requests(const std::vector<const Policy*>& policies,
                                        std::size_t most) {
  Suggestions all;
  for (const Policy* policy : policies) {
    for (const Statement& statement : policy->statements) {
      all.add(statement);
    }
  }
  std::erase_if(all.actions, [](const std::string& text) { return !is_action(text); });
  std::erase_if(all.resources, [](const std::string& text) { return !is_resource(text); });
  const Strings actions(all.actions.begin(), all.actions.end());
  const Strings resources(all.resources.begin(), all.resources.end());
  std::vector<std::pair<std::string, std::vector<ContextValue>>> keys;
  std::size_t total = actions.size() * resources.size();
  for (const auto& [key, values] : all.values) {
    keys.emplace_back(key, all.choices_of(key));
    total = total > most * 1000 ? total : total * keys.back().second.size();
  }
  // A step without a common divisor with most sizes walks through all combinations.
  const std::size_t step = total <= most ? 1 : total / most * 2 + 1;
  std::vector<Request> out;
  for (std::size_t n = 0; out.size() < std::min(most, total); n += step) {
    std::size_t rest = n;
    const auto choose = [&rest](std::size_t size) {
      const std::size_t chosen = rest % size;
      rest /= size;
      return chosen;
    };
    Request request;
    request.principal = "arn:aws:iam::111122223333:user/ann";
    request.action = actions[choose(actions.size())];
    request.resource = resources[choose(resources.size())];
    for (const auto& [key, values] : keys) {
      const ContextValue& value = values[choose(values.size())];
      if (!value.values.empty()) {
        request.context[key] = value;
      }
    }
    out.push_back(std::move(request));
  }
  return out;
}

}  // namespace muster::fuzz
