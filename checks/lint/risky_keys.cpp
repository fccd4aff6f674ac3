// Keys that are safe only together with another key or in one direction, and keys that the caller
// writes.
#include <algorithm>
#include <array>

#include "checks/lint/families.h"
#include "checks/policy/glob.h"

namespace muster::lint {
namespace {

using policy::OperatorKind;

struct Place {
  const Subject& subject;
  const Statement& statement;
  const Clause& clause;

  void report(Code code, std::string message) const {
    subject.out.add(code, std::move(message), subject.out.at_key(statement, clause));
  }
};

void judge_pair(const Place& place) {
  constexpr std::array<std::string_view, 3> kPartners = {"aws:sourcevpc", "aws:sourcevpce",
                                                         "aws:sourcevpcarn"};
  const bool paired = std::ranges::any_of(kPartners, [&](std::string_view name) {
    return place.statement.find_clause(name) != nullptr;
  });
  if (place.clause.name == "aws:vpcsourceip" && !paired) {
    place.report(Code::MissingPairedConditionKeys,
                 "`aws:VpcSourceIp` does not say in which VPC the address is");
  }
}

/// Denying a prefix, or allowing all others, leaves the shorter prefixes open.
void judge_prefix(const Place& place) {
  const policy::Operator& op = place.clause.op;
  if (place.clause.name != "s3:prefix" || !is_string_operator(op) || !place.statement.effect) {
    return;
  }
  if (place.statement.allows() == op.negated) {
    place.report(Code::S3PrefixInNegativeContext,
                 std::string(op.negated ? "allowing all prefixes but some" : "denying prefixes") +
                     " leaves out the shorter ones, which list the same objects");
  }
}

void judge_spoofable(const Place& place) {
  const std::string_view name = place.clause.name;
  if ((name == "aws:referer" || name == "aws:useragent") && is_string_operator(place.clause.op)) {
    place.report(Code::UntrustworthyConditionKey,
                 "the caller writes " + quoted(place.clause.key.text()) + " itself");
  }
}

/// The reads whose answer can be cut to some attributes.
bool reads_attributes(const Statement& statement) {
  constexpr std::array<std::string_view, 4> kReads = {"dynamodb:getitem", "dynamodb:batchgetitem",
                                                      "dynamodb:query", "dynamodb:scan"};
  return std::ranges::any_of(statement.actions, [&](const Element& element) {
    return !element.negated() && std::ranges::any_of(element.entries, [&](const Entry& entry) {
      const std::string pattern = policy::lower(entry.text());
      return std::ranges::any_of(
          kReads, [&](std::string_view read) { return policy::glob_match(pattern, read, {}); });
    });
  });
}

void judge_attributes(const Place& place) {
  const bool restricts =
      place.clause.name == "dynamodb:attributes" && place.clause.op.kind != OperatorKind::Null;
  if (restricts && place.statement.allows() && reads_attributes(place.statement) &&
      place.statement.find_clause("dynamodb:select") == nullptr) {
    place.report(Code::DynamodbAttributesWithoutSelect,
                 "a read that names no attributes is not restricted by `dynamodb:Attributes`");
  }
}

}  // namespace

void judge_risky_keys(const Subject& subject) {
  for (const Statement& statement : subject.document.statements) {
    for (const Clause& clause : statement.clauses) {
      const Place place{subject, statement, clause};
      judge_pair(place);
      judge_prefix(place);
      judge_spoofable(place);
      judge_attributes(place);
    }
  }
}

}  // namespace muster::lint
