// Conditions that a lone `*` makes pointless, and lists without values.
#include <algorithm>

#include "checks/lint/families.h"

namespace muster::lint {
namespace {

using policy::OperatorKind;
using policy::Quantifier;

/// What a `*` does under this operator; nothing where it has a meaning of its own.
std::optional<Code> effect_of_star(const policy::Operator& op) {
  if (op.kind != OperatorKind::StringLike) {
    return std::nullopt;
  }
  switch (op.quantifier) {
    case Quantifier::None:
      if (op.if_exists) {
        return op.negated ? Code::EquivalentToNullTrue : Code::RedundantKeyDueToWildcardInCondition;
      }
      return op.negated ? Code::EquivalentToNullTrue : Code::EquivalentToNullFalse;
    case Quantifier::ForAllValues:
      return op.negated ? Code::EquivalentToNullTrue : Code::RedundantKeyDueToWildcardInCondition;
    case Quantifier::ForAnyValue:
      // Absent keys aside, no value differs from `*`; with IfExists an absent key passes.
      if (op.negated && !op.if_exists) {
        return Code::RedundantStatementDueToWildcardInCondition;
      }
      return std::nullopt;
  }
  return std::nullopt;
}

std::string message(Code code, const Clause& clause) {
  const std::string key = quoted(clause.key.text());
  const std::string under = " under " + quoted(clause.op_key.text());
  if (code == Code::EquivalentToNullFalse) {
    return "`*`" + under + " only asks whether the request has " + key;
  }
  if (code == Code::EquivalentToNullTrue) {
    return "`*`" + under + " only asks whether the request lacks " + key;
  }
  return "`*`" + under + " makes the condition on " + key +
         (code == Code::RedundantKeyDueToWildcardInCondition ? " always true" : " never true");
}

void judge_star(const Subject& subject, const Statement& statement, const Clause& clause) {
  const std::optional<Code> code = effect_of_star(clause.op);
  // Seen under Allow only; a Deny for every request that has a key is a common guard rail.
  if (!code || !statement.allows()) {
    return;
  }
  for (const Entry& entry : clause.entries) {
    if (entry.text() == "*") {
      subject.out.add(*code, message(*code, clause), subject.out.at(statement, clause, entry));
    }
  }
}

void judge_empty(const Subject& subject, const Statement& statement, const Clause& clause) {
  if (!clause.value.is(text::Type::Sequence) || clause.value.size() > 0) {
    return;
  }
  const policy::Operator& op = clause.op;
  const Code code =
      op.quantifier == Quantifier::ForAllValues  ? Code::EmptyArrayConditionForallvalues
      : op.quantifier == Quantifier::ForAnyValue ? Code::EmptyArrayConditionForanyvalue
      : op.if_exists                             ? Code::EmptyArrayConditionIfexists
                                                 : Code::EmptyArrayCondition;
  subject.out.add(code, quoted(clause.key.text()) + " has no values",
                  subject.out.at(statement, clause));
}

}  // namespace

void judge_vacuous_conditions(const Subject& subject) {
  for (const Statement& statement : subject.document.statements) {
    for (const Clause& clause : statement.clauses) {
      judge_star(subject, statement, clause);
      judge_empty(subject, statement, clause);
    }
  }
}

}  // namespace muster::lint
