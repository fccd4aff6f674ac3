// Resource control policies: AWS Organizations takes less than the policy language has.
#include <algorithm>

#include "checks/lint/families.h"

namespace muster::lint {
namespace {

void judge_principal(const Subject& subject, const Statement& statement) {
  for (const Element& element : statement.principals) {
    const bool everyone = element.value.is(text::Type::String) && element.value.text() == "*";
    if (element.negated() || !everyone) {
      subject.out.add(Code::RcpSyntaxErrorPrincipal,
                      "a resource control policy speaks about `\"Principal\": \"*\"` only",
                      subject.out.at(statement, element));
    }
  }
}

/// AWS Organizations accepts an Allow that allows everything, and no other.
bool allows_everything(const Statement& statement) {
  const bool everywhere = std::ranges::all_of(statement.resources, [](const Element& element) {
    return !element.negated() && std::ranges::all_of(element.entries, [](const Entry& entry) {
      return entry.text() == "*";
    });
  });
  return everywhere && !statement.node.find("Condition");
}

}  // namespace

void judge_organisation(const Subject& subject) {
  if (subject.document.type != DocumentType::ResourceControl) {
    return;
  }
  for (const Statement& statement : subject.document.statements) {
    judge_principal(subject, statement);
    for (const Element& element : statement.actions) {
      if (element.negated()) {
        subject.out.add(Code::RcpSyntaxErrorNotaction,
                        "a resource control policy has no `NotAction`",
                        subject.out.at(statement, {step_to_key(element.name())}, element.key));
      }
    }
    if (statement.allows() && !allows_everything(statement)) {
      subject.out.add(Code::RcpSyntaxErrorAllow,
                      "an Allow of a resource control policy has neither conditions nor named "
                      "resources",
                      subject.out.at(statement));
    }
  }
}

}  // namespace muster::lint
