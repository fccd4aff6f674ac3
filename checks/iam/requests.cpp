// A bounded product over the keys of the clauses that can matter: each key is absent, has a value
// of the caller's own, or (if he can choose) one that the policy names.
#include "checks/iam/requests.h"

#include <algorithm>
#include <set>
#include <utility>

namespace muster::iam {
namespace {

constexpr std::size_t kMaxRequests = 20'000;

/// A value of each type of key that no policy is likely to name. 198.18.0.0/15 is reserved for
/// tests.
std::string own_value(std::string_view key) {
  if (key == "aws:sourceip" || key == "aws:vpcsourceip") {
    return "198.18.0.77";
  }
  if (key == "aws:multifactorauthage" || key == "sts:durationseconds") {
    return "900";
  }
  const bool is_flag = key == "aws:multifactorauthpresent" || key == "aws:viaawsservice" ||
                       key == "aws:principalisawsservice";
  if (is_flag) {
    return "false";
  }
  return key == "aws:securetransport" ? "true" : "outsider";
}

/// The clauses that can matter for a request, by the lower-case name of their key.
using ClausesByKey = std::map<std::string, std::vector<const policy::Condition*>>;

ClausesByKey clauses_for(const policy::Policy& policy, const policy::Request& request) {
  ClausesByKey clauses;
  for (const policy::Statement& statement : policy.statements) {
    policy::Statement bare = statement;
    bare.conditions.clear();
    const auto trace = policy::evaluate_statement(bare, policy.version, request);
    for (const policy::Condition& clause : statement.conditions) {
      if (trace.truth != policy::Truth::No) {
        clauses[policy::lower(clause.key.value)].push_back(&clause);
      }
    }
  }
  return clauses;
}

bool is_multivalued(const std::vector<const policy::Condition*>& clauses) {
  return std::any_of(clauses.begin(), clauses.end(), [](const policy::Condition* clause) {
    return clause->op.quantifier != policy::Quantifier::None;
  });
}

/// Values that the clauses name. A number or date itself meets no strict comparison; such a clause
/// then stays unmet, which the caller's own value makes up for where it can.
std::set<std::string> wanted_values(const std::vector<const policy::Condition*>& clauses) {
  std::set<std::string> values;
  for (const policy::Condition* clause : clauses) {
    for (const policy::Text& value : clause->values) {
      if (clause->op.kind != policy::OperatorKind::Null) {
        values.insert(instance_of(value.value));
      }
    }
  }
  return values;
}

struct Space {
  std::vector<std::string> keys;
  std::vector<std::vector<KeyChoice>> choices;
  std::string unknown_key;
};

std::vector<KeyChoice> choices_for(const std::string& key, KeyPower power,
                                   const std::vector<const policy::Condition*>& clauses) {
  std::vector<KeyChoice> choices = {std::nullopt};
  if (power == KeyPower::Unknown) {
    return choices;
  }
  const bool list = is_multivalued(clauses);
  choices.emplace_back(policy::ContextValue{{own_value(key)}, list});
  if (power == KeyPower::Chooses) {
    for (const std::string& value : wanted_values(clauses)) {
      choices.emplace_back(policy::ContextValue{{value}, list});
    }
  }
  return choices;
}

Space space_of(const policy::Policy& policy, const Caller& caller, const policy::Request& request) {
  Space space;
  for (const auto& [key, choices] : caller.offered) {
    space.keys.push_back(key);
    space.choices.push_back(choices);
  }
  for (const auto& [key, clauses] : clauses_for(policy, request)) {
    if (caller.offered.contains(key)) {
      continue;
    }
    const KeyPower power = caller.power(key);
    if (power == KeyPower::Unknown) {
      space.unknown_key = key;
    }
    space.keys.push_back(key);
    space.choices.push_back(choices_for(key, power, clauses));
  }
  return space;
}

/// Steps the odometer `at`; false when it has gone round.
bool step(std::vector<std::size_t>& at, const Space& space) {
  for (std::size_t i = 0; i < at.size(); ++i) {
    if (++at[i] < space.choices[i].size()) {
      return true;
    }
    at[i] = 0;
  }
  return false;
}

policy::Request request_at(const Space& space, const std::vector<std::size_t>& at,
                           policy::Request request) {
  for (std::size_t i = 0; i < at.size(); ++i) {
    if (const KeyChoice& choice = space.choices[i][at[i]]) {
      request.context[space.keys[i]] = *choice;
    }
  }
  return request;
}

}  // namespace

Proof admits(const policy::Policy& policy, const Caller& caller, std::string_view action,
             std::string_view resource) {
  policy::Request base;
  base.resource = std::string(resource);
  base.principal = caller.principal;
  base.action = std::string(action);
  const Space space = space_of(policy, caller, base);
  std::vector<std::size_t> at(space.keys.size(), 0);
  std::string doubt;
  std::size_t asked = 0;
  do {
    if (++asked > kMaxRequests) {
      return Proof::undecided("more than 20000 requests would have to be tried");
    }
    const policy::Request request = request_at(space, at, base);
    const policy::Decision decision = policy::evaluate_policy(policy, request);
    if (decision.kind == policy::DecisionKind::Allowed) {
      return Proof::yes(request_witness(request));
    }
    if (decision.kind == policy::DecisionKind::Undecided && doubt.empty()) {
      doubt = decision.because;
    }
  } while (step(at, space));
  if (doubt.empty() && !space.unknown_key.empty()) {
    doubt = "nothing is known about who can bring the key `" + space.unknown_key + "`";
  }
  return doubt.empty() ? Proof::no() : Proof::undecided(doubt);
}

Proof admits_any(const policy::Policy& policy, const std::vector<Caller>& callers,
                 const std::vector<std::string>& actions, std::string_view resource) {
  Proof answer = Proof::no();
  for (const Caller& caller : callers) {
    for (const std::string& action : actions) {
      Proof one = admits(policy, caller, action, resource);
      if (one.is_yes()) {
        return one;
      }
      if (one.is_undecided()) {
        answer = std::move(one);
      }
    }
  }
  return answer;
}

std::vector<std::string> assume_actions(const policy::Statement& statement) {
  std::vector<std::string> found;
  for (const char* action :
       {"sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"}) {
    const auto names = [&](const policy::Text& pattern) {
      return policy::glob_match(policy::lower(pattern.value), policy::lower(action));
    };
    const auto& list = statement.actions ? statement.actions : statement.not_actions;
    const bool named = list && std::any_of(list->begin(), list->end(), names);
    if (named == statement.actions.has_value()) {
      found.emplace_back(action);
    }
  }
  return found;
}

policy::Policy with_only(const policy::Policy& policy, const policy::Statement& allow) {
  policy::Policy cut = policy;
  std::erase_if(cut.statements, [&](const policy::Statement& statement) {
    return statement.effect == policy::Effect::Allow && statement.index != allow.index;
  });
  return cut;
}

std::string instance_of(std::string_view pattern) {
  std::string text;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern.substr(i, 2) == "${" && pattern.substr(i + 3, 1) == "}") {
      text += pattern[i + 2];
      i += 3;
    } else if (pattern[i] == '?') {
      text += 'x';
    } else if (pattern[i] != '*') {
      text += pattern[i];
    }
  }
  return text;
}

Witness request_witness(const policy::Request& request) {
  Witness witness{WitnessKind::Request,
                  {{"principal", {request.principal}}, {"action", {request.action}}}};
  if (!request.resource.empty()) {
    witness.fields.push_back({"resource", {request.resource}});
  }
  for (const auto& [key, value] : request.context) {
    witness.fields.push_back({key, value.values});
  }
  return witness;
}

}  // namespace muster::iam
