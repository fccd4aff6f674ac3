// Operators and keys of conditions: whether they exist, and whether they fit each other. Types of
// keys come from the catalogue.
#include <algorithm>
#include <array>
#include <set>

#include "checks/lint/families.h"
#include "checks/policy/operators.h"
#include "checks/text/did_you_mean.h"

namespace muster::lint {
namespace {

using policy::ConditionKey;
using policy::KeyType;
using policy::OperatorKind;
using policy::Quantifier;

struct Place {
  const Subject& subject;
  const Statement& statement;
  const Clause& clause;
  /// What the catalogue has for the key: looking for one that is not there takes its time.
  const ConditionKey* key = nullptr;

  void report(Code code, std::string message) const {
    subject.out.add(code, std::move(message), subject.out.at_key(statement, clause));
  }
};

bool is_null(const policy::Operator& op, std::string_view name) {
  return op.kind == OperatorKind::Unknown &&
         (name == "null" || name == "nullifexists" || name.ends_with(":null") ||
          name.ends_with(":nullifexists"));
}

/// Operators once each, not once per key.
void judge_operators(const Subject& subject, const Statement& statement) {
  const Clause* previous = nullptr;
  for (const Clause& clause : statement.clauses) {
    const bool seen = previous != nullptr && previous->op_key.text() == clause.op_key.text();
    previous = &clause;
    if (seen || clause.op.kind != OperatorKind::Unknown) {
      continue;
    }
    const auto place = [&] { return subject.out.at_operator(statement, clause); };
    const std::string_view written = clause.op_key.text();
    if (!is_null(clause.op, policy::lower(written))) {
      const std::string near = subject.out.may_suggest()
                                   ? policy::suggest_operator(written.substr(0, 64))
                                   : std::string();
      subject.out.add(Code::InvalidConditionOperator,
                      "there is no operator " + quoted(written) +
                          (near.empty() ? "" : "; did you mean `" + near + "`?"),
                      place());
      continue;
    }
    if (clause.op.if_exists) {
      subject.out.add(Code::NullWithIfExists, "`Null` cannot have `IfExists`", place());
    }
    if (clause.op.quantifier != Quantifier::None) {
      subject.out.add(
          Code::NullWithQualifier,
          std::string("`Null` with a set operator is ") +
              (clause.op.quantifier == Quantifier::ForAllValues ? "always true" : "never true"),
          place());
    }
  }
}

void judge_duplicates(const Subject& subject, const Statement& statement) {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const Clause& clause : statement.clauses) {
    if (!seen.insert({clause.op_key.text(), clause.name}).second) {
      Place{subject, statement, clause, nullptr}.report(
          Code::DuplicateKeysWithDifferentCase,
          "the key " + quoted(clause.key.text()) + " stands twice under " +
              quoted(clause.op_key.text()) + ", in different case");
    }
  }
}

/// The keys that end with the name of a tag, with or without the slash in front of it.
bool lacks_tag(std::string_view name) {
  if (name.ends_with('/')) {
    name.remove_suffix(1);
  }
  return name.ends_with(":resourcetag") || name.ends_with(":requesttag") ||
         name.ends_with(":principaltag");
}

std::string nearest_key(const Place& place, std::span<const ConditionKey> keys) {
  if (!place.subject.out.may_suggest()) {
    return "";
  }
  std::vector<std::string_view> names;
  for (const ConditionKey& key : keys) {
    if (key.last_edition == policy::kCurrent) {
      names.push_back(key.name);
    }
  }
  return text::did_you_mean(place.clause.key.text(), names);
}

void judge_global_key(const Place& place) {
  const policy::Catalogue& catalogue = place.subject.catalogue;
  const std::string_view written = place.clause.key.text();
  const bool known = std::ranges::any_of(catalogue.global_keys(), [&](const ConditionKey& key) {
    return policy::is_key(key.name, written);
  });
  if (place.clause.name == "aws:arn") {
    place.report(Code::UnsupportedGlobalConditionKey, "AWS no longer supplies `aws:ARN`");
  } else if (!known && place.key == nullptr) {
    place.report(Code::InvalidGlobalConditionKey, "there is no global condition key " +
                                                      quoted(written) +
                                                      nearest_key(place, catalogue.global_keys()));
  }
}

/// Prefixes of keys that come from a token, not from a service: `accounts.google.com`, `saml`.
bool is_provider(std::string_view prefix) {
  return prefix.find('.') != std::string_view::npos || prefix == "saml" || prefix == "sts";
}

void judge_service_key(const Place& place, std::string_view prefix) {
  const policy::Catalogue& catalogue = place.subject.catalogue;
  const std::string_view written = place.clause.key.text();
  if (place.key != nullptr && !long_retired(catalogue, place.key->last_edition)) {
    return;
  }
  const policy::Service* service = catalogue.find_service(prefix);
  if (service == nullptr || long_retired(catalogue, service->last_edition)) {
    place.report(Code::InvalidService, "there is no service " + quoted(prefix));
    return;
  }
  place.report(Code::InvalidServiceConditionKey, "the service " + quoted(prefix) +
                                                     " has no condition key " + quoted(written) +
                                                     nearest_key(place, catalogue.keys(*service)));
}

void judge_key(const Place& place) {
  const std::string_view name = place.clause.name;
  const std::size_t colon = name.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == name.size()) {
    place.report(Code::InvalidConditionKeyFormat, quoted(place.clause.key.text()) +
                                                      " is no condition key: expected "
                                                      "`service:name`");
    return;
  }
  const std::string_view prefix = name.substr(0, colon);
  if (lacks_tag(name)) {
    place.report(Code::MissingTagKeyInCondition, quoted(place.clause.key.text()) + " names no tag");
  } else if (prefix == "aws") {
    judge_global_key(place);
  } else if (!is_provider(prefix)) {
    judge_service_key(place, prefix);
  }
}

const char* operator_type(KeyType type) {
  switch (type) {
    case KeyType::String:
      return "String";
    case KeyType::Arn:
      return "Arn";
    case KeyType::Bool:
      return "Bool";
    case KeyType::Numeric:
      return "Numeric";
    case KeyType::Date:
      return "Date";
    case KeyType::IpAddress:
      return "IpAddress";
  }
  return "String";
}

/// Types that text operators do not fit. Numbers, dates and addresses have several spellings; texts
/// and ARNs are compared with each other's operators on purpose often enough.
bool wants_its_own_operator(KeyType type) {
  return type == KeyType::Bool || type == KeyType::Numeric || type == KeyType::Date ||
         type == KeyType::IpAddress;
}

void judge_type(const Place& place, const ConditionKey& key) {
  const policy::Operator& op = place.clause.op;
  const std::string written = quoted(place.clause.key.text());
  if (wants_its_own_operator(key.type) && (is_string_operator(op) || is_arn_operator(op))) {
    place.report(Code::TypeMismatch, std::string("use a ") + operator_type(key.type) +
                                         " operator for " + written + ", not " +
                                         quoted(op.name.value));
  }
  if (key.type == KeyType::Arn && op.kind == OperatorKind::StringLike) {
    place.report(Code::StringLikeOperatorWithArnConditionKeys,
                 written + " is an ARN: use `" + (op.negated ? "ArnNotLike" : "ArnLike") +
                     "`, not " + quoted(op.name.value));
  }
}

/// Keys that the catalogue has as one value, but under which AWS itself, in policies that Access
/// Analyzer passes, tests lists with ForAllValues.
bool may_be_list(std::string_view name) {
  return name == "codestar-connections:provideraction" || name == "codeconnections:provideraction";
}

void judge_quantifier(const Place& place, const ConditionKey& key) {
  const policy::Operator& op = place.clause.op;
  const std::string written = quoted(place.clause.key.text());
  if (key.multivalued && op.quantifier == Quantifier::None && op.kind != OperatorKind::Null) {
    place.report(Code::MissingQualifier,
                 written +
                     " has a list of values in a request: use `ForAnyValue:` or "
                     "`ForAllValues:`");
  }
  const bool vacuous = op.quantifier == Quantifier::ForAllValues && place.statement.allows();
  if (!key.multivalued && vacuous && !may_be_list(place.clause.name)) {
    place.subject.out.add(Code::ForallvaluesWithSingleValuedKey,
                          "`ForAllValues` is also true for a request without " + written,
                          place.subject.out.at(place.statement, place.clause));
  }
}

}  // namespace

void judge_condition_keys(const Subject& subject) {
  for (const Statement& statement : subject.document.statements) {
    judge_operators(subject, statement);
    judge_duplicates(subject, statement);
    for (const Clause& clause : statement.clauses) {
      const Place place{subject, statement, clause, subject.catalogue.find_key(clause.key.text())};
      judge_key(place);
      if (place.key != nullptr && clause.op.kind != OperatorKind::Unknown) {
        judge_type(place, *place.key);
        judge_quantifier(place, *place.key);
      }
    }
  }
}

}  // namespace muster::lint
