// The grammar of the policy language beyond the JSON types: what must be there, what excludes what.
#include <algorithm>
#include <map>

#include "checks/lint/families.h"

namespace muster::lint {
namespace {

void judge_version(const Subject& subject) {
  if (!subject.document.root.find("Version")) {
    subject.out.add(Code::MissingVersion, "there is no `Version`, so the language of 2008 applies",
                    subject.out.whole());
  }
}

void judge_statements(const Subject& subject) {
  const auto statements = subject.document.root.find("Statement");
  const bool empty = statements && statements->is(text::Type::Sequence) && statements->size() == 0;
  if (!statements) {
    subject.out.add(Code::MissingStatement, "there is no `Statement`", subject.out.whole());
  } else if (empty) {
    subject.out.add(Code::MissingStatement, "`Statement` is empty",
                    subject.out.at({step_into("Statement")}, *statements));
  }
}

void exclude(const Subject& subject, const Statement& statement,
             const std::vector<Element>& elements) {
  if (elements.size() < 2) {
    return;
  }
  std::vector<Location> places;
  for (const Element& element : elements) {
    places.push_back(subject.out.at(statement, {step_to_key(element.name())}, element.key));
  }
  subject.out.add(Code::UnsupportedElementCombination,
                  quoted(elements[0].name()) + " and " + quoted(elements[1].name()) +
                      " cannot stand in one statement",
                  std::move(places));
}

void judge_missing(const Subject& subject, const Statement& statement) {
  const DocumentType type = subject.document.type;
  const auto missing = [&](Code code, const char* message) {
    subject.out.add(code, message, subject.out.at(statement));
  };
  if (!statement.node.find("Effect")) {
    missing(Code::MissingEffect, "the statement has no `Effect`");
  }
  if (statement.actions.empty()) {
    missing(Code::MissingAction, "the statement has neither `Action` nor `NotAction`");
  }
  if (statement.resources.empty() && type != DocumentType::Trust) {
    missing(Code::MissingResource, "the statement has neither `Resource` nor `NotResource`");
  }
  const bool needs_principal = type == DocumentType::Resource || type == DocumentType::Trust ||
                               type == DocumentType::ResourceControl;
  if (needs_principal && statement.principals.empty()) {
    missing(Code::MissingPrincipal, "the statement has no `Principal`");
  }
}

void judge_unwanted(const Subject& subject, const Statement& statement) {
  const DocumentType type = subject.document.type;
  for (const Element& element : statement.principals) {
    const auto place = [&] {
      return subject.out.at(statement, {step_to_key(element.name())}, element.key);
    };
    if (type == DocumentType::Identity) {
      subject.out.add(Code::UnsupportedPrincipal,
                      "an identity policy has no " + quoted(element.name()), place());
    } else if (type == DocumentType::ServiceControl) {
      subject.out.add(Code::ScpSyntaxErrorPrincipal,
                      "a service control policy has no " + quoted(element.name()), place());
    }
  }
  if (type != DocumentType::Trust) {
    return;
  }
  for (const Element& element : statement.resources) {
    subject.out.add(Code::RoleTrustPolicySyntaxErrorResource,
                    "a trust policy has no " + quoted(element.name()),
                    subject.out.at(statement, {step_to_key(element.name())}, element.key));
  }
}

void judge_empty_lists(const Subject& subject, const Statement& statement) {
  const auto judge = [&](const std::vector<Element>& elements, Code code) {
    for (const Element& element : elements) {
      if (element.value.is(text::Type::Sequence) && element.value.size() == 0) {
        subject.out.add(code, quoted(element.name()) + " is empty",
                        subject.out.at(statement, element));
      }
    }
  };
  judge(statement.actions, Code::EmptyArrayAction);
  judge(statement.resources, Code::EmptyArrayResource);
}

bool is_plain_sid(std::string_view sid) {
  return std::ranges::all_of(sid, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
}

/// Statements by their Sid.
using Sids = std::map<std::string_view, std::vector<Location>>;

void judge_sid(const Subject& subject, const Statement& statement, Sids& sids) {
  const auto sid = statement.node.find("Sid");
  if (!sid || !sid->is(text::Type::String)) {
    return;
  }
  Location place = subject.out.at(statement, {step_into("Sid")}, *sid);
  const DocumentType type = subject.document.type;
  // Other services have rules of their own for the Sids of their policies.
  const bool iam = type == DocumentType::Identity || type == DocumentType::Trust;
  if (sid->text().empty()) {
    subject.out.add(Code::EmptySidValue, "the Sid is empty", std::move(place));
    return;
  }
  if (iam && !is_plain_sid(sid->text())) {
    subject.out.add(
        Code::UnsupportedSid,
        "the Sid " + quoted(sid->text()) + " has characters other than letters and digits", place);
  }
  sids[sid->text()].push_back(std::move(place));
}

void judge_unique(const Subject& subject, Sids sids) {
  const bool required = subject.document.type != DocumentType::Resource;
  for (auto& [sid, places] : sids) {
    if (places.size() > 1) {
      subject.out.add(required ? Code::UniqueSidsRequired : Code::UniqueSidsRecommended,
                      std::to_string(places.size()) + " statements have the Sid " + quoted(sid),
                      std::move(places));
    }
  }
}

}  // namespace

void judge_grammar(const Subject& subject) {
  if (!subject.document.root.is(text::Type::Mapping)) {
    return;
  }
  judge_version(subject);
  judge_statements(subject);
  Sids sids;
  for (const Statement& statement : subject.document.statements) {
    judge_missing(subject, statement);
    judge_unwanted(subject, statement);
    judge_empty_lists(subject, statement);
    exclude(subject, statement, statement.actions);
    exclude(subject, statement, statement.resources);
    exclude(subject, statement, statement.principals);
    judge_sid(subject, statement, sids);
  }
  judge_unique(subject, std::move(sids));
}

}  // namespace muster::lint
