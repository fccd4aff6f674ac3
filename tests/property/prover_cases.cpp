// The universe is reduced to one value per signature: the row of answers that all elements and
// clauses of the policies give about it.
#include "tests/property/prover_cases.h"

#include <rapidcheck.h>

#include <algorithm>
#include <functional>
#include <map>

#include "checks/policy/operators.h"
#include "checks/policy/principals.h"

namespace muster::prover_cases {
namespace {

using namespace policy;

using Strings = std::vector<std::string>;

/// From 0 up to but not including `end`; all equally likely in small cases too.
std::size_t below(std::size_t end) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::size_t>(0, end));
}

Strings some_of(const Strings& values, std::size_t most) {
  const std::size_t count = 1 + below(most);
  return *rc::gen::container<Strings>(count, rc::gen::elementOf(values));
}

std::vector<Text> texts(const Strings& values) {
  std::vector<Text> list;
  std::ranges::transform(values, std::back_inserter(list),
                         [](const std::string& value) { return Text{value, {}}; });
  return list;
}

bool one_in(std::size_t count) {
  return below(count) == 0;
}

const Strings kActions = {"*",   "s:*", "s:a", "s:b",  "s:a*", "s:*a", "s:?",   "s:??",
                          "t:*", "*:a", "t:a", "s:ab", "?:a",  "S:A",  "s:*b*", "s:?a"};
const Strings kResources = {
    "*",           "arn:aws:s:::a",   "arn:aws:s:::b",   "arn:aws:s:::a*",  "arn:aws:s:::*b",
    "arn:aws:*",   "arn:aws:s:*:*:?", "arn:aws:s:::*/*", "arn:aws:t:::*",   "arn:aws:s:::a/*",
    "arn:*:s:::a", "arn:aws:s:::?:*", "arn:aws:s:a:*:*", "arn:aws:?:::a?b", "arn:aws:s:::*:b"};
const Strings kVariableResources = {"arn:aws:s:::${text}", "arn:aws:s:::${text}/*",
                                    "arn:aws:s:::a/${text}", "arn:aws:s:::${other, 'a'}"};
/// Patterns that the readings take differently.
const Strings kOddResources = {"arn:aws:s:*:a",     "arn:aws:*:b",        "arn:*:a",
                               "arn:aws:s:a*:*:b",  "arn:aws:s:*a:*:?",   "arn:aws:s:*b*::*",
                               "arn:aws:s:?:*:a/*", "arn:aws:s:::a:s:*b", "arn:aws:s",
                               "arn:aws:s:*::a"};
const Strings kOddVariableResources = {"arn:aws:s:${text}*::a", "arn:aws:*${text}:a"};
const Strings kPrincipals = {"*",
                             "111122223333",
                             "arn:aws:iam::111122223333:root",
                             "arn:aws:iam::111122223333:user/a",
                             "arn:aws:iam::111122223333:role/a",
                             "arn:aws:sts::111122223333:assumed-role/a/s",
                             "arn:aws:iam::444455556666:role/a"};

struct Clause {
  Strings operators;
  Strings values;
};

/// Per key: what it is compared with. The names say the type.
const std::map<std::string, Clause>& clauses() {
  static const std::map<std::string, Clause> kClauses = {
      {"text",
       {{"StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase",
         "StringNotEqualsIgnoreCase"},
        {"a", "b", "A", "a*", "*b", "?", "*", "ab", "??"}}},
      {"other", {{"StringEquals", "StringNotLike", "StringLike"}, {"a", "b", "a*", "?*"}}},
      {"number",
       {{"NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals",
         "NumericGreaterThan", "NumericGreaterThanEquals"},
        {"1", "2", "2.0", "1.5", "-1"}}},
      {"date",
       {{"DateEquals", "DateNotEquals", "DateLessThan", "DateGreaterThanEquals"},
        {"2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", "2027"}}},
      {"flag", {{"Bool"}, {"true", "false"}}},
      {"ip",
       {{"IpAddress", "NotIpAddress"},
        {"10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "2001:db8::/32", "0.0.0.0/0"}}},
      {"arn",
       {{"ArnLike", "ArnNotLike", "ArnEquals"},
        {"arn:aws:s:::a", "arn:aws:s:*:*:a*", "*", "arn:aws:*:::b", "arn:aws:s:::*:b"}}},
      {"list",
       {{"ForAllValues:StringEquals", "ForAnyValue:StringLike", "ForAnyValue:StringNotEquals",
         "ForAllValues:StringNotLike", "ForAnyValue:StringEqualsIfExists"},
        {"a", "b", "a*", "*b"}}}};
  return kClauses;
}

Condition random_condition(Features features) {
  Strings keys;
  for (const auto& [key, clause] : clauses()) {
    keys.push_back(key);
  }
  if (features.small) {
    keys = {"text", "number", "list"};
  }
  const std::string key = *rc::gen::elementOf(keys);
  const Clause& clause = clauses().at(key);
  Condition condition;
  condition.key = {key, {}};
  if (one_in(6)) {
    condition.op = parse_operator({"Null", {}});
    condition.values = texts({one_in(2) ? "true" : "false"});
    return condition;
  }
  const bool suffix = key != "list" && one_in(3);
  condition.op =
      parse_operator({*rc::gen::elementOf(clause.operators) + (suffix ? "IfExists" : ""), {}});
  condition.values = texts(some_of(clause.values, 2));
  if (features.variables && key == "text" && one_in(2)) {
    condition.values = texts({"${other}"});
  }
  return condition;
}

std::vector<Principal> random_principals() {
  std::vector<Principal> list;
  for (const std::string& value : some_of(kPrincipals, 2)) {
    list.push_back({PrincipalType::Aws, {value, {}}});
  }
  return list;
}

Statement random_statement(Features features) {
  Statement statement;
  statement.effect = one_in(4) ? Effect::Deny : Effect::Allow;
  (one_in(6) ? statement.not_actions : statement.actions) = texts(some_of(kActions, 3));
  Strings resources = kResources;
  if (features.variables) {
    resources.insert(resources.end(), kVariableResources.begin(), kVariableResources.end());
  }
  if (features.arn_mode != ArnMode::Segment) {
    resources.insert(resources.end(), kOddResources.begin(), kOddResources.end());
    if (features.variables) {
      resources.insert(resources.end(), kOddVariableResources.begin(), kOddVariableResources.end());
    }
  }
  (one_in(6) ? statement.not_resources : statement.resources) = texts(some_of(resources, 3));
  if (features.principals) {
    const bool negated = statement.effect == Effect::Deny && one_in(3);
    (negated ? statement.not_principals : statement.principals) = random_principals();
  }
  const std::size_t count = below(features.small ? 2 : 3);
  for (std::size_t i = 0; i < count; ++i) {
    statement.conditions.push_back(random_condition(features));
  }
  return statement;
}

// ---- the universe
// --------------------------------------------------------------------------------

const Strings& all_actions() {
  static const Strings kAll = {"s:a",   "s:b",   "s:ab", "s:ba", "s:aa",  "s:bb", "s:c",   "s:cc",
                               "s:ca",  "s:ac",  "t:a",  "t:b",  "t:ab",  "u:a",  "u:b",   "s:abc",
                               "s:cbc", "s:bcb", "t:c",  "ss:a", "s:aba", "ss:b", "s:cba", "u:c"};
  return kAll;
}

Strings all_resources() {
  Strings all = {"*"};
  for (const char* head : {"arn:aws:s:::", "arn:aws:t:::", "arn:aws:s:a::", "arn:aws:s:a:1:",
                           "arn:cn:s:::", "arn:aws:s::1:", "arn:cn:t:::"}) {
    for (const char* tail : {"a", "b", "c", "ab", "ba", "aa", "a/b", "a/", "b/a", "a:b", "c:b",
                             "cc:b", "c:c", "cc", "acb", "a/a", "a/c", "bb"}) {
      all.push_back(std::string(head) + tail);
    }
  }
  return all;
}

/// Names that hold colons, behind regions and accounts that hold letters.
Strings odd_resources() {
  Strings all;
  for (const char* first : {"", "a", "b", "cc"}) {
    for (const char* second : {"", "a", "cc"}) {
      for (const char* rest : {"a", "b", "a/b", "a:b", "cc:a", "b::a", "a:s:b", "b:cc:a", ":a:b"}) {
        for (const char* head : {"arn:aws:s", "arn:aws:t", "arn:cn:s"}) {
          all.push_back(std::string(head) + ":" + first + ":" + second + ":" + rest);
        }
      }
    }
  }
  return all;
}

/// What the universe holds in the reading.
const Strings& resources_of(const Features& features) {
  static const Strings kUsual = all_resources();
  static const Strings kVariable = {"arn:aws:s:::a",   "arn:aws:s:::b",   "arn:aws:s:::a/b",
                                    "arn:aws:s:::a/a", "arn:aws:s:::b/c", "arn:aws:s:::ab",
                                    "arn:aws:s:::c",   "arn:aws:t:::a",   "*"};
  static const Strings kOddVariable = [] {
    Strings all = kVariable;
    all.insert(all.end(), {"arn:aws:s:a::a", "arn:aws:s:ab:b::a", "arn:aws:s:b:b:c:a",
                           "arn:aws:s:::a:a", "arn:aws:s:::b:a:b:a"});
    return all;
  }();
  static const Strings kOdd = [] {
    Strings all = kUsual;
    const Strings odd = odd_resources();
    all.insert(all.end(), odd.begin(), odd.end());
    return all;
  }();
  const bool usual = features.arn_mode == ArnMode::Segment;
  return features.variables ? (usual ? kVariable : kOddVariable) : (usual ? kUsual : kOdd);
}

const std::map<std::string, Strings>& all_values() {
  static const std::map<std::string, Strings> kValues = {
      {"text", {"a", "b", "A", "B", "ab", "AB", "aB", "c", "cc", "cb", "ac", "ccc", ""}},
      {"other", {"a", "b", "ab", "c", ""}},
      {"number", {"-2", "-1", "0", "1", "1.2", "1.5", "1.7", "2", "3"}},
      {"date",
       {"2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5Z",
        "2026-01-01T00:00:01Z", "2026-06-01T00:00:00Z", "2027-01-01T00:00:00Z",
        "2028-01-01T00:00:00Z"}},
      {"flag", {"true", "false"}},
      {"ip", {"10.1.2.3", "10.1.2.4", "10.2.0.0", "192.0.2.1", "2001:db8::7", "2001:db9::7"}},
      {"arn",
       {"arn:aws:s:::a", "arn:aws:s:::ab", "arn:aws:s:x:y:a", "arn:aws:t:::b", "arn:aws:s:::c:b",
        "arn:aws:s:::b", "text", "arn:cn:s:::a"}}};
  return kValues;
}

/// Sets of the list key: absent, and every small set.
const std::vector<Strings>& all_lists() {
  static const std::vector<Strings> kLists = {
      {"a"},      {"b"},       {"ab"},      {"c"},       {"a", "b"},      {"a", "c"},
      {"b", "c"}, {"a", "ab"}, {"ab", "b"}, {"ab", "c"}, {"a", "b", "c"}, {"ac", "cb"}};
  return kLists;
}

const Strings& all_principals() {
  static const Strings kAll = {"arn:aws:iam::111122223333:user/a",
                               "arn:aws:iam::111122223333:user/b",
                               "arn:aws:iam::111122223333:role/a",
                               "arn:aws:iam::111122223333:root",
                               "arn:aws:sts::111122223333:assumed-role/a/s",
                               "arn:aws:sts::111122223333:assumed-role/a/t",
                               "arn:aws:sts::111122223333:assumed-role/b/s",
                               "arn:aws:iam::444455556666:role/a",
                               "arn:aws:sts::444455556666:assumed-role/a/s",
                               "arn:aws:iam::444455556666:user/a",
                               "arn:aws:iam::777788889999:user/a",
                               "ec2.amazonaws.com",
                               "*"};
  return kAll;
}

Statement only(const Statement& statement) {
  Statement bare;
  bare.actions = texts({"*"});
  bare.effect = statement.effect;
  return bare;
}

using Signature = std::vector<Truth>;

/// Every clause and element that looks at one dimension, as statements of their own.
std::vector<Statement> lookers(const std::vector<Policy>& policies, const std::string& dimension) {
  std::vector<Statement> out;
  for (const Policy& policy : policies) {
    for (const Statement& statement : policy.statements) {
      Statement bare = only(statement);
      if (dimension == "action") {
        bare.actions = statement.actions;
        bare.not_actions = statement.not_actions;
      } else if (dimension == "resource") {
        bare.resources = statement.resources;
        bare.not_resources = statement.not_resources;
      } else {
        bare.principals = statement.principals;
        bare.not_principals = statement.not_principals;
      }
      out.push_back(bare);
    }
  }
  return out;
}

Strings representatives(const std::vector<Policy>& policies, const std::string& dimension,
                        const Strings& values, const std::function<Request(std::string)>& make) {
  std::map<Signature, std::string> seen;
  Strings out;
  const std::vector<Statement> looking = lookers(policies, dimension);
  for (const std::string& value : values) {
    Signature signature;
    for (const Statement& statement : looking) {
      signature.push_back(evaluate_statement(statement, Version::V2012_10_17, make(value)).truth);
    }
    if (seen.emplace(signature, value).second) {
      out.push_back(value);
    }
  }
  return out;
}

/// The values of one key that the clauses tell apart; nothing = absent.
std::vector<std::optional<ContextValue>> key_values(const std::vector<Policy>& policies,
                                                    const std::string& key, bool all) {
  std::vector<std::optional<ContextValue>> values = {std::nullopt};
  if (key == "list") {
    for (const Strings& list : all_lists()) {
      values.push_back(ContextValue{list, true});
    }
  } else {
    for (const std::string& value : all_values().at(key)) {
      values.push_back(ContextValue{{value}, false});
    }
  }
  std::map<Signature, int> seen;
  std::erase_if(values, [&](const auto& value) {
    Request request;
    if (value) {
      request.context[key] = *value;
    }
    Signature signature;
    for (const Policy& policy : policies) {
      for (const Statement& statement : policy.statements) {
        for (const Condition& condition : statement.conditions) {
          if (condition.key.value == key) {
            signature.push_back(evaluate_condition(condition, policy.version, request));
          }
        }
      }
    }
    return !all && !seen.emplace(signature, 0).second;
  });
  return values;
}

void multiply(std::vector<Request>& requests, const std::string& key,
              const std::vector<std::optional<ContextValue>>& values) {
  std::vector<Request> out;
  for (const Request& request : requests) {
    for (const auto& value : values) {
      out.push_back(request);
      if (value) {
        out.back().context[key] = *value;
      }
    }
  }
  requests = std::move(out);
}

}  // namespace

Policy random_policy(Features features) {
  Policy policy;
  policy.version = Version::V2012_10_17;
  const std::size_t count = 1 + below(3);
  for (std::size_t i = 0; i < count; ++i) {
    policy.statements.push_back(random_statement(features));
    policy.statements.back().index = i;
  }
  return policy;
}

namespace {

constexpr Features kSmall{.small = true};

Policy layer_policy() {
  Policy policy;
  policy.version = Version::V2012_10_17;
  const std::size_t count = 1 + below(2);
  for (std::size_t i = 0; i < count; ++i) {
    policy.statements.push_back(random_statement(kSmall));
    policy.statements.back().index = i;
  }
  if (one_in(3)) {
    Statement all = only(policy.statements.front());
    all.effect = Effect::Allow;
    all.resources = texts({"*"});
    policy.statements.push_back(all);
  }
  return policy;
}

using Policies = std::vector<Policy>;

Policies layer_policies(std::size_t most) {
  Policies policies;
  const std::size_t count = one_in(8) ? 0 : 1 + below(most);
  for (std::size_t i = 0; i < count; ++i) {
    policies.push_back(layer_policy());
  }
  return policies;
}

}  // namespace

Stack random_stack() {
  Stack stack;
  stack.identity = layer_policies(2);
  if (one_in(2)) {
    stack.boundary = layer_policies(1);
  }
  if (one_in(3)) {
    stack.session = layer_policies(1);
  }
  if (one_in(3)) {
    stack.scp.emplace(1 + below(2), layer_policies(1));
  }
  return stack;
}

Stack nearby(Stack stack) {
  switch (below(4)) {
    case 0:
      stack.identity->push_back(layer_policy());
      break;
    case 1:
      stack.boundary.reset();
      break;
    case 2:
      stack.boundary = layer_policies(2);
      break;
    default:
      for (Policy& policy : *stack.identity) {
        policy = nearby(std::move(policy), kSmall);
      }
      break;
  }
  return stack;
}

Policies policies_of(const Stack& stack) {
  Policies all = *stack.identity;
  const auto add = [&](const Policies& more) { all.insert(all.end(), more.begin(), more.end()); };
  add(stack.boundary.value_or(Policies()));
  add(stack.session.value_or(Policies()));
  for (const Policies& level : stack.scp.value_or(std::vector<Policies>())) {
    add(level);
  }
  return all;
}

std::string show(const Stack& stack) {
  std::string out;
  const auto add = [&](const std::string& name, const Policies& policies) {
    out += "\n " + name + " of " + std::to_string(policies.size());
    for (const Policy& policy : policies) {
      out += show(policy);
    }
  };
  add("identity", *stack.identity);
  if (stack.boundary) {
    add("boundary", *stack.boundary);
  }
  if (stack.session) {
    add("session", *stack.session);
  }
  for (const Policies& level : stack.scp.value_or(std::vector<Policies>())) {
    add("level", level);
  }
  return out;
}

Policy nearby(Policy policy, Features features) {
  for (Statement& statement : policy.statements) {
    switch (below(6)) {
      case 0:
        if (statement.actions) {
          statement.actions->push_back({*rc::gen::elementOf(kActions), {}});
        }
        break;
      case 1:
        if (statement.resources) {
          statement.resources->front().value = *rc::gen::elementOf(kResources);
        }
        break;
      case 2:
        if (!statement.conditions.empty()) {
          statement.conditions.pop_back();
        }
        break;
      case 3:
        statement.conditions.push_back(random_condition(features));
        break;
      case 4: {
        Statement other = random_statement(features);
        other.index = policy.statements.size();
        policy.statements.push_back(std::move(other));
        return policy;
      }
      default:
        break;
    }
  }
  return policy;
}

std::vector<Request> universe(const std::vector<Policy>& policies, Features features) {
  Request base;
  base.principal = "arn:aws:iam::111122223333:user/a";
  base.action = "s:a";
  base.resource = "*";
  base.arn_mode = features.arn_mode;
  const auto with = [&](std::string Request::* member) {
    return [&base, member](const std::string& value) {
      Request request = base;
      request.*member = value;
      return request;
    };
  };
  // A variable's value depends on the keys, so that one request does not stand for others.
  const Strings resources =
      features.variables
          ? resources_of(features)
          : representatives(policies, "resource", resources_of(features), with(&Request::resource));
  std::vector<Request> requests;
  for (const std::string& action :
       representatives(policies, "action", all_actions(), with(&Request::action))) {
    for (const std::string& resource : resources) {
      for (const std::string& principal :
           features.principals
               ? representatives(policies, "principal", all_principals(), with(&Request::principal))
               : Strings{base.principal}) {
        Request request = base;
        request.action = action;
        request.resource = resource;
        request.principal = principal;
        requests.push_back(request);
      }
    }
  }
  for (const auto& [key, clause] : clauses()) {
    const bool resolves = features.variables && (key == "text" || key == "other");
    const auto values = key_values(policies, key, resolves);
    if (values.size() > 1) {
      multiply(requests, key, values);
    }
  }
  return requests;
}

std::string show(const Policy& policy) {
  std::string out;
  const auto list = [&](const char* name, const std::optional<std::vector<Text>>& values) {
    if (values) {
      out += std::string(" ") + name + "[";
      for (const Text& value : *values) {
        out += value.value + " ";
      }
      out += "]";
    }
  };
  for (const Statement& statement : policy.statements) {
    out += statement.effect == Effect::Allow ? "\n  Allow" : "\n  Deny";
    list("Action", statement.actions);
    list("NotAction", statement.not_actions);
    list("Resource", statement.resources);
    list("NotResource", statement.not_resources);
    for (const auto* principals : {&statement.principals, &statement.not_principals}) {
      if (*principals) {
        out += principals == &statement.principals ? " Principal[" : " NotPrincipal[";
        for (const Principal& entry : **principals) {
          out += entry.value.value + " ";
        }
        out += "]";
      }
    }
    for (const Condition& condition : statement.conditions) {
      out += " " + condition.op.name.value + "(" + condition.key.value;
      for (const Text& value : condition.values) {
        out += " " + value.value;
      }
      out += ")";
    }
  }
  return out;
}

std::string show(const Request& request) {
  std::string out = request.principal + " " + request.action + " " + request.resource;
  for (const auto& [key, value] : request.context) {
    out += " " + key + "=";
    for (const std::string& one : value.values) {
      out += one + ",";
    }
  }
  return out;
}

}  // namespace muster::prover_cases
