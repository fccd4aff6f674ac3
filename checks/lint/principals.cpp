// `Principal` and `NotPrincipal` in policies on resources and roles.
#include <algorithm>
#include <array>

#include "checks/lint/families.h"

namespace muster::lint {
namespace {

/// One value of one kind of principal.
struct Named {
  const Subject& subject;
  const Statement& statement;
  const PrincipalGroup& group;
  const Entry& entry;

  [[nodiscard]] std::string_view kind() const { return group.key.text(); }

  void report(Code code, std::string message) const {
    subject.out.add(code, std::move(message), subject.out.at(statement, group, entry));
  }
};

/// Ids that IAM gives: four letters for the kind, then letters and digits in upper case.
bool is_unique_id(std::string_view text, std::string_view prefix) {
  constexpr std::size_t kShortest = 16;
  return text.size() >= kShortest && text.starts_with(prefix) &&
         std::ranges::all_of(
             text, [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
}

void judge_named(const Named& named) {
  const std::string_view text = named.entry.text();
  const bool everyone = named.kind() == "AWS" && text == "*";
  if (has_wildcard(text) && !has_variable(text) && !everyone) {
    named.report(Code::UnsupportedWildcardInPrincipal,
                 "no wildcards under " + quoted(named.kind()) + ", as in " + quoted(text));
  } else if (named.kind() == "AWS" && is_unique_id(text, "AROA")) {
    named.report(Code::InvalidRoleReference, quoted(text) + " is the id of a role");
  } else if (named.kind() == "AWS" && is_unique_id(text, "AIDA")) {
    named.report(Code::InvalidUserReference, quoted(text) + " is the id of a user");
  } else if (named.kind() == "Federated" && named.subject.document.type == DocumentType::Resource) {
    named.report(Code::FederatedPrincipalNotSupported,
                 "only a trust policy names a provider such as " + quoted(text));
  }
}

void judge_not_principal(const Subject& subject, const Statement& statement) {
  for (const Element& element : statement.principals) {
    if (!element.negated()) {
      continue;
    }
    if (subject.document.type == DocumentType::Trust) {
      subject.out.add(Code::RoleTrustPolicySyntaxErrorNotprincipal,
                      "a trust policy has no `NotPrincipal`",
                      subject.out.at(statement, {step_to_key(element.name())}, element.key));
    } else if (statement.allows()) {
      subject.out.add(Code::AllowWithNotPrincipal,
                      "everyone but those listed is allowed, anonymous callers too",
                      subject.out.at(statement, element));
    }
  }
}

bool names_source(const Statement& statement) {
  constexpr std::array<std::string_view, 4> kSources = {"aws:sourcearn", "aws:sourceaccount",
                                                        "aws:sourceorgid", "aws:sourceorgpaths"};
  return std::ranges::any_of(
      kSources, [&](std::string_view key) { return statement.find_clause(key) != nullptr; });
}

/// A service that may act on a resource for whoever asks it.
void judge_services(const Subject& subject, const Statement& statement) {
  if (subject.document.type != DocumentType::Resource || !statement.allows() ||
      !statement.clauses.empty()) {
    return;
  }
  for (const PrincipalGroup& group : statement.principal_groups) {
    if (group.element.text() == "Principal" && group.key.text() == "Service") {
      for (const Entry& entry : group.entries) {
        subject.out.add(Code::RestrictAccessToServicePrincipal,
                        quoted(entry.text()) + " may act here on behalf of any account",
                        subject.out.at(statement, group, entry));
      }
    }
  }
}

}  // namespace

void judge_principals(const Subject& subject) {
  const DocumentType type = subject.document.type;
  if (type != DocumentType::Resource && type != DocumentType::Trust) {
    return;
  }
  for (const Statement& statement : subject.document.statements) {
    judge_not_principal(subject, statement);
    if (!names_source(statement)) {
      judge_services(subject, statement);
    }
    for (const PrincipalGroup& group : statement.principal_groups) {
      for (const Entry& entry : group.entries) {
        judge_named({subject, statement, group, entry});
      }
    }
  }
}

}  // namespace muster::lint
