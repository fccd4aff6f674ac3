// Values of conditions: whether the operator can read them, and whether the key can ever have them.
#include <algorithm>
#include <array>
#include <optional>

#include "checks/lint/families.h"
#include "checks/policy/values.h"

namespace muster::lint {
namespace {

using policy::Number;
using policy::OperatorKind;

struct Value {
  const Subject& subject;
  const Statement& statement;
  const Clause& clause;
  const Entry& entry;

  [[nodiscard]] std::string_view text() const { return entry.text(); }

  void report(Code code, std::string message) const {
    subject.out.add(code, std::move(message), subject.out.at(statement, clause, entry));
  }
};

enum class Comparison { Text, Boolean, Number, Date, Address, Binary };

Comparison comparison(OperatorKind kind) {
  switch (kind) {
    case OperatorKind::Bool:
    case OperatorKind::Null:
      return Comparison::Boolean;
    case OperatorKind::NumericEquals:
    case OperatorKind::NumericLessThan:
    case OperatorKind::NumericLessThanEquals:
    case OperatorKind::NumericGreaterThan:
    case OperatorKind::NumericGreaterThanEquals:
      return Comparison::Number;
    case OperatorKind::DateEquals:
    case OperatorKind::DateLessThan:
    case OperatorKind::DateLessThanEquals:
    case OperatorKind::DateGreaterThan:
    case OperatorKind::DateGreaterThanEquals:
      return Comparison::Date;
    case OperatorKind::IpAddress:
      return Comparison::Address;
    case OperatorKind::BinaryEquals:
      return Comparison::Binary;
    case OperatorKind::StringEquals:
    case OperatorKind::StringEqualsIgnoreCase:
    case OperatorKind::StringLike:
    case OperatorKind::ArnEquals:
    case OperatorKind::ArnLike:
    case OperatorKind::Unknown:
      return Comparison::Text;
  }
  return Comparison::Text;
}

bool is_epoch(std::string_view text) {
  return text.size() != 4 && !text.empty() &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

void judge_date(const Value& value) {
  if (!policy::parse_instant(value.text())) {
    value.report(Code::TypeMismatchDate, quoted(value.text()) + " is no date");
  } else if (is_epoch(value.text())) {
    value.report(Code::InvalidDateValue, quoted(value.text()) + " counts seconds since 1970");
  }
}

void judge_type(const Value& value) {
  const std::string text = quoted(value.text());
  switch (comparison(value.clause.op.kind)) {
    case Comparison::Text:
      return;
    case Comparison::Boolean:
      if (!policy::parse_bool(value.text())) {
        value.report(Code::TypeMismatchBoolean, text + " is neither `true` nor `false`");
      }
      return;
    case Comparison::Number:
      if (!Number::parse(value.text())) {
        value.report(Code::TypeMismatchNumber, text + " is no number");
      }
      return;
    case Comparison::Date:
      judge_date(value);
      return;
    case Comparison::Address:
      if (!policy::parse_range(value.text())) {
        value.report(Code::TypeMismatchIpRange, text + " is no IP range");
      }
      return;
    case Comparison::Binary:
      if (!policy::decode_base64(value.text())) {
        value.report(Code::TypeMismatchString, text + " is no base64");
      }
      return;
  }
}

/// Whether a `*` or `?` stands there as such; `${*}` and `${?}` are ways to write the character,
/// and the text of a variable is no pattern.
bool has_bare_wildcard(std::string_view text) {
  while (true) {
    const std::size_t open = text.find("${");
    if (has_wildcard(text.substr(0, open))) {
      return true;
    }
    const std::size_t close = open == std::string_view::npos ? open : text.find('}', open);
    if (close == std::string_view::npos) {
      return false;
    }
    text.remove_prefix(close + 1);
  }
}

void judge_wildcard(const Value& value) {
  const OperatorKind kind = value.clause.op.kind;
  const bool literal =
      kind == OperatorKind::StringEquals || kind == OperatorKind::StringEqualsIgnoreCase;
  if (literal && has_bare_wildcard(value.text())) {
    value.report(Code::WildcardWithoutLikeOperator,
                 quoted(value.clause.op_key.text()) + " takes the wildcard in " +
                     quoted(value.text()) + " for the character itself");
  }
}

bool is_id(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) {
    return false;
  }
  text.remove_prefix(prefix.size());
  const bool plain = std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
  return plain && (text.size() == 8 || text.size() == 17);
}

constexpr std::array<std::string_view, 3> kSuffixes = {".amazonaws.com", ".amazon.com",
                                                       ".amazonaws.com.cn"};

/// The part before the suffix of AWS's domains; nothing when there is no such suffix, or a capital
/// letter.
std::optional<std::string_view> service_labels(std::string_view text) {
  const bool lower = std::ranges::none_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
  for (const std::string_view suffix : kSuffixes) {
    if (lower && text.ends_with(suffix) && text.size() > suffix.size()) {
      return text.substr(0, text.size() - suffix.size());
    }
  }
  return std::nullopt;
}

void judge_service_principal(const Value& value, bool with_region) {
  const auto labels = service_labels(value.text());
  const bool dotted = labels && labels->find('.') != std::string_view::npos;
  if (!labels || dotted != with_region) {
    value.report(Code::InvalidServicePrincipalFormat,
                 quoted(value.text()) + " is no value of " + quoted(value.clause.key.text()) +
                     ": expected " +
                     (with_region ? "`service.region.amazonaws.com`" : "`service.amazonaws.com`"));
  }
}

/// Keys whose values have a form of their own. Patterns are left alone.
void judge_form(const Value& value) {
  const std::string_view name = value.clause.name;
  if (!is_string_operator(value.clause.op) || has_wildcard(value.text()) ||
      has_variable(value.text())) {
    return;
  }
  if (name == "aws:sourcevpc" && !is_id(value.text(), "vpc-")) {
    value.report(Code::InvalidVpcFormat, quoted(value.text()) + " is no VPC id");
  } else if (name == "aws:sourcevpce" && !is_id(value.text(), "vpce-")) {
    value.report(Code::InvalidVpceFormat, quoted(value.text()) + " is no VPC endpoint id");
  } else if (name == "aws:requestedregion" && !may_be_region(value.text())) {
    value.report(Code::InvalidRegion, "no region can be called " + quoted(value.text()));
  } else if (name == "aws:calledvia" || name == "aws:calledviafirst" ||
             name == "aws:calledvialast") {
    judge_service_principal(value, false);
  } else if (name == "kms:viaservice") {
    judge_service_principal(value, true);
  }
}

void judge_value(const Value& value) {
  if (has_variable(value.text())) {
    judge_wildcard(value);
    return;
  }
  judge_type(value);
  judge_wildcard(value);
  judge_form(value);
}

void judge_data_types(const Subject& subject, const Statement& statement, const Clause& clause) {
  const auto mixed = std::ranges::find_if(clause.entries, [&](const Entry& entry) {
    return entry.node.type() != clause.entries.front().node.type();
  });
  if (mixed != clause.entries.end()) {
    subject.out.add(Code::InvalidConditionDataType,
                    quoted(clause.key.text()) + " has values of different JSON types",
                    subject.out.at(statement, clause));
  }
}

void judge_booleans(const Subject& subject, const Statement& statement, const Clause& clause) {
  const bool single = clause.op.quantifier == policy::Quantifier::None;
  if (clause.op.kind == OperatorKind::Bool && single && clause.entries.size() > 1) {
    subject.out.add(Code::InvalidConditionMultipleBoolean,
                    quoted(clause.key.text()) + " is compared with several values",
                    subject.out.at(statement, clause));
  }
}

/// Bounds of which only one decides: the greatest of `less than`, the least of `greater than`.
void judge_bounds(const Subject& subject, const Statement& statement, const Clause& clause) {
  const OperatorKind kind = clause.op.kind;
  const bool less =
      kind == OperatorKind::NumericLessThan || kind == OperatorKind::NumericLessThanEquals;
  const bool greater =
      kind == OperatorKind::NumericGreaterThan || kind == OperatorKind::NumericGreaterThanEquals;
  const Entry* kept = nullptr;
  std::optional<Number> bound;
  for (const Entry& entry : clause.entries) {
    const auto number = Number::parse(entry.text());
    if (!number) {
      return;
    }
    if (!bound || (less ? *number > *bound : *number < *bound)) {
      bound = number;
      kept = &entry;
    }
  }
  if ((less || greater) && clause.entries.size() > 1) {
    subject.out.add(
        Code::RedundantConditionValueNum,
        "only " + quoted(kept->text()) + " decides under " + quoted(clause.op_key.text()),
        subject.out.at(statement, clause));
  }
}

}  // namespace

void judge_condition_values(const Subject& subject) {
  for (const Statement& statement : subject.document.statements) {
    for (const Clause& clause : statement.clauses) {
      judge_data_types(subject, statement, clause);
      judge_booleans(subject, statement, clause);
      judge_bounds(subject, statement, clause);
      for (const Entry& entry : clause.entries) {
        judge_value({subject, statement, clause, entry});
      }
    }
  }
}

}  // namespace muster::lint
