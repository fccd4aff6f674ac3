// Policy variables: `${key}`, `${key, 'default'}`, and the escapes `${*}`, `${?}`, `${$}`.
#include "checks/lint/families.h"
#include "checks/text/ascii.h"

namespace muster::lint {
namespace {

using policy::OperatorKind;

/// What is wrong with the inside of one variable; nothing when it is well formed.
std::optional<Code> defect(std::string_view inside) {
  const std::size_t comma = inside.find(',');
  const std::string_view name = inside.substr(0, comma);
  if (text::trim(name).empty()) {
    return Code::EmptyVariable;
  }
  if (name.find(' ') != std::string_view::npos) {
    return Code::UnsupportedSpaceInVariable;
  }
  if (comma == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view rest = text::trim(inside.substr(comma + 1));
  const bool quotes = rest.size() >= 2 && rest.starts_with('\'') && rest.ends_with('\'');
  return quotes ? std::nullopt : std::optional(Code::MissingQuoteInVariable);
}

/// The first defect among the variables of a text.
std::optional<Code> first_defect(std::string_view text) {
  for (std::size_t open = text.find("${"); open != std::string_view::npos;
       open = text.find("${", open + 2)) {
    const std::size_t close = text.find('}', open);
    if (close == std::string_view::npos) {
      return Code::MissingBraceInVariable;
    }
    if (const auto code = defect(text.substr(open + 2, close - open - 2))) {
      return code;
    }
  }
  return std::nullopt;
}

/// A text where variables may stand, if the version knows them.
template <class Where>
void judge_text(const Subject& subject, std::string_view text, const Where& where) {
  if (!has_variable(text)) {
    return;
  }
  if (!subject.document.variables) {
    subject.out.add(Code::VariableUnsupportedInVersion,
                    quoted(text) + " has a variable, which only version 2012-10-17 knows", where());
    return;
  }
  if (const auto code = first_defect(text)) {
    subject.out.add(*code, quoted(text) + ": " + std::string(info(*code).title), where());
  }
}

void judge_clause(const Subject& subject, const Statement& statement, const Clause& clause) {
  for (const Entry& entry : clause.entries) {
    const auto where = [&] { return subject.out.at(statement, clause, entry); };
    const bool takes_variables = is_string_operator(clause.op) || is_arn_operator(clause.op) ||
                                 clause.op.kind == OperatorKind::Unknown;
    if (!takes_variables && has_variable(entry.text())) {
      subject.out.add(Code::InvalidVariableForOperator,
                      quoted(clause.op_key.text()) + " takes no variables", where());
    } else {
      judge_text(subject, entry.text(), where);
    }
  }
}

/// Elements that never take variables.
void judge_elsewhere(const Subject& subject, const Statement& statement) {
  const auto unsupported = [&](std::string_view element, std::string_view text, Location where) {
    subject.out.add(Code::VariableUnsupportedInElement,
                    quoted(element) + " takes no variables, as in " + quoted(text),
                    std::move(where));
  };
  for (const Element& element : statement.actions) {
    for (const Entry& entry : element.entries) {
      if (has_variable(entry.text())) {
        unsupported(element.name(), entry.text(), subject.out.at(statement, element, entry));
      }
    }
  }
  for (const PrincipalGroup& group : statement.principal_groups) {
    for (const Entry& entry : group.entries) {
      if (has_variable(entry.text())) {
        unsupported(group.element.text(), entry.text(), subject.out.at(statement, group, entry));
      }
    }
  }
}

}  // namespace

void judge_variables(const Subject& subject) {
  for (const Statement& statement : subject.document.statements) {
    judge_elsewhere(subject, statement);
    for (const Element& element : statement.resources) {
      for (const Entry& entry : element.entries) {
        judge_text(subject, entry.text(),
                   [&] { return subject.out.at(statement, element, entry); });
      }
    }
    for (const Clause& clause : statement.clauses) {
      judge_clause(subject, statement, clause);
    }
  }
}

}  // namespace muster::lint
