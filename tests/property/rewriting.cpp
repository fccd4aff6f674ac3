// Each function here is one law of the language; tests say that meaning and witness stay.
#include "tests/property/rewriting.h"

#include <algorithm>

#include "checks/policy/operators.h"

namespace muster::prover_cases {
namespace {

using namespace policy;

std::size_t below(Dice& dice, std::size_t end) {
  return std::uniform_int_distribution<std::size_t>(0, end - 1)(dice);
}

std::string recased(std::string text, Dice& dice) {
  for (char& c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter && below(dice, 4) == 0) {
      c = static_cast<char>(c ^ 0x20);
    }
  }
  return text;
}

template <class T>
void shuffle(std::vector<T>& list, Dice& dice) {
  if (!list.empty() && below(dice, 2) == 0) {
    list.push_back(list[below(dice, list.size())]);
  }
  std::ranges::shuffle(list, dice);
}

void shuffle_lists(Statement& statement, Dice& dice) {
  for (auto* list : {&statement.actions, &statement.not_actions}) {
    if (*list) {
      shuffle(**list, dice);
      for (Text& action : **list) {
        action.value = recased(action.value, dice);
      }
    }
  }
  for (auto* list : {&statement.resources, &statement.not_resources}) {
    if (*list) {
      shuffle(**list, dice);
    }
  }
  for (auto* list : {&statement.principals, &statement.not_principals}) {
    if (*list) {
      shuffle(**list, dice);
    }
  }
}

/// The statement, once for each entry of one of its lists.
template <class List>
std::vector<Statement> each(const Statement& statement, List Statement::* list) {
  if (!(statement.*list) || (statement.*list)->size() < 2) {
    return {statement};
  }
  std::vector<Statement> out;
  for (const auto& entry : *(statement.*list)) {
    out.push_back(statement);
    out.back().*list = {entry};
  }
  return out;
}

template <class Split>
Policy split(const Policy& policy, const Split& parts_of) {
  Policy out = policy;
  out.statements.clear();
  for (const Statement& statement : policy.statements) {
    for (Statement& part : parts_of(statement)) {
      part.index = out.statements.size();
      out.statements.push_back(std::move(part));
    }
  }
  return out;
}

/// Whether a clause with several values says the same as one of its values holding.
bool is_choice(const Condition& condition) {
  return !condition.op.negated && condition.op.quantifier != Quantifier::ForAllValues &&
         condition.values.size() > 1;
}

bool is_sum(const Condition& condition) {
  return condition.op.negated && condition.op.quantifier != Quantifier::ForAnyValue &&
         condition.values.size() > 1;
}

std::vector<Statement> parts_by_value(const Statement& statement) {
  Statement flat = statement;
  flat.conditions.clear();
  for (const Condition& condition : statement.conditions) {
    flat.conditions.push_back(condition);
    if (is_sum(condition)) {
      flat.conditions.back().values = {condition.values.front()};
      for (std::size_t i = 1; i < condition.values.size(); ++i) {
        flat.conditions.push_back(condition);
        flat.conditions.back().values = {condition.values[i]};
      }
    }
  }
  const auto choice = std::ranges::find_if(flat.conditions, is_choice);
  if (choice == flat.conditions.end()) {
    return {flat};
  }
  const auto at = static_cast<std::size_t>(choice - flat.conditions.begin());
  std::vector<Statement> out;
  const std::vector<Text> values = choice->values;
  for (const Text& value : values) {
    out.push_back(flat);
    out.back().conditions[at].values = {value};
  }
  return out;
}

Condition presence(const Condition& of) {
  Condition condition;
  condition.op = parse_operator({"Null", {}});
  condition.key = of.key;
  condition.values = {{"false", {}}};
  return condition;
}

}  // namespace

Policy shuffled(Policy policy, Dice& dice) {
  shuffle(policy.statements, dice);
  for (std::size_t i = 0; i < policy.statements.size(); ++i) {
    Statement& statement = policy.statements[i];
    statement.index = i;
    statement.sid = Text{"S" + std::to_string(below(dice, 1000)), {}};
    shuffle_lists(statement, dice);
    shuffle(statement.conditions, dice);
    for (Condition& condition : statement.conditions) {
      condition.key.value = recased(condition.key.value, dice);
      shuffle(condition.values, dice);
    }
  }
  return policy;
}

Policy split_by_action(const Policy& policy) {
  return split(policy,
               [](const Statement& statement) { return each(statement, &Statement::actions); });
}

Policy split_by_resource(const Policy& policy) {
  return split(policy,
               [](const Statement& statement) { return each(statement, &Statement::resources); });
}

Policy split_by_value(const Policy& policy) {
  return split(policy, parts_by_value);
}

Policy with_if_exists(Policy policy) {
  for (Statement& statement : policy.statements) {
    std::vector<Condition> presences;
    for (Condition& condition : statement.conditions) {
      const Operator& op = condition.op;
      if (op.kind == OperatorKind::Null || op.kind == OperatorKind::Unknown || op.if_exists) {
        continue;
      }
      const bool open = op.quantifier == Quantifier::ForAllValues ||
                        (op.quantifier == Quantifier::None && op.negated);
      condition.op = parse_operator({op.name.value + "IfExists", {}});
      if (!open) {
        presences.push_back(presence(condition));
      }
    }
    statement.conditions.insert(statement.conditions.end(), presences.begin(), presences.end());
  }
  return policy;
}

Policy with_idle_key(Policy policy) {
  Condition idle;
  idle.op = parse_operator({"StringLikeIfExists", {}});
  idle.key = {"app:idle", {}};
  idle.values = {{"*", {}}};
  for (Statement& statement : policy.statements) {
    statement.conditions.push_back(idle);
  }
  return policy;
}

}  // namespace muster::prover_cases
