// The truth table of clauses: IAM User Guide, "IAM JSON policy elements: Condition operators" and
// "Single-valued vs. multivalued context keys".
#include "tests/z3/encoding/keys.h"

#include <algorithm>
#include <charconv>

#include "checks/policy/values.h"
#include "checks/prover/shapes.h"
#include "checks/text/ascii.h"

namespace muster::z3_oracle {
namespace {

using policy::Condition;
using policy::OperatorKind;
using policy::Quantifier;

constexpr std::size_t kFewestSlots = 4;
constexpr std::size_t kMostSlots = 8;

KeyType type_of(OperatorKind kind) {
  switch (kind) {
    case OperatorKind::StringEquals:
    case OperatorKind::StringEqualsIgnoreCase:
    case OperatorKind::StringLike:
      return KeyType::Text;
    case OperatorKind::ArnEquals:
    case OperatorKind::ArnLike:
      return KeyType::Arn;
    case OperatorKind::NumericEquals:
    case OperatorKind::NumericLessThan:
    case OperatorKind::NumericLessThanEquals:
    case OperatorKind::NumericGreaterThan:
    case OperatorKind::NumericGreaterThanEquals:
      return KeyType::Number;
    case OperatorKind::DateEquals:
    case OperatorKind::DateLessThan:
    case OperatorKind::DateLessThanEquals:
    case OperatorKind::DateGreaterThan:
    case OperatorKind::DateGreaterThanEquals:
      return KeyType::Date;
    case OperatorKind::Bool:
      return KeyType::Truth;
    case OperatorKind::IpAddress:
      return KeyType::Address;
    case OperatorKind::Null:
      return KeyType::None;
    case OperatorKind::BinaryEquals:
    case OperatorKind::Unknown:
      break;
  }
  throw OutsideOfEncoding{"binary values or an unknown operator"};
}

/// The value of one side of the comparison, with the operator's relation to it.
z3::expr relation(OperatorKind kind, const z3::expr& value, const z3::expr& bound) {
  switch (kind) {
    case OperatorKind::NumericLessThan:
    case OperatorKind::DateLessThan:
      return value < bound;
    case OperatorKind::NumericLessThanEquals:
    case OperatorKind::DateLessThanEquals:
      return value <= bound;
    case OperatorKind::NumericGreaterThan:
    case OperatorKind::DateGreaterThan:
      return value > bound;
    case OperatorKind::NumericGreaterThanEquals:
    case OperatorKind::DateGreaterThanEquals:
      return value >= bound;
    case OperatorKind::StringEquals:
    case OperatorKind::StringEqualsIgnoreCase:
    case OperatorKind::StringLike:
    case OperatorKind::NumericEquals:
    case OperatorKind::DateEquals:
    case OperatorKind::Bool:
    case OperatorKind::BinaryEquals:
    case OperatorKind::IpAddress:
    case OperatorKind::ArnEquals:
    case OperatorKind::ArnLike:
    case OperatorKind::Null:
    case OperatorKind::Unknown:
      break;
  }
  return value == bound;
}

z3::expr number(z3::context& context, const std::string& written) {
  if (!policy::Number::parse(written) ||
      written.find_first_not_of("-0123456789.") != std::string::npos || written.ends_with('.')) {
    throw OutsideOfEncoding{"a number that is no plain decimal"};
  }
  return context.real_val(written.c_str());
}

z3::expr instant(z3::context& context, const std::string& written) {
  const auto read = policy::parse_instant(written);
  if (!read) {
    throw OutsideOfEncoding{"a date that is none"};
  }
  return context.real_val(std::to_string(read->seconds).c_str()) +
         context.real_val((std::to_string(read->nanoseconds) + "/1000000000").c_str());
}

/// The bytes of an address as a number.
z3::expr integer(z3::context& context, const std::array<std::uint8_t, 16>& bytes,
                 std::size_t count) {
  z3::expr sum = context.int_val(0);
  for (std::size_t i = 0; i < count; ++i) {
    sum = sum * 256 + static_cast<int>(bytes.at(i));
  }
  return sum.simplify();
}

std::size_t width(bool sixth) {
  return sixth ? 16 : 4;
}

/// `7`, or `7.25` when the model's number is a decimal of few digits.
std::optional<std::string> decimal(const z3::expr& value) {
  std::string text = value.get_decimal_string(9);
  if (text.ends_with('?')) {
    return std::nullopt;
  }
  return text;
}

/// Epoch seconds; four digits would be a year.
std::optional<std::string> epoch(const z3::expr& value) {
  const auto text = decimal(value);
  const bool whole = text && text->find_first_not_of("0123456789") == std::string::npos;
  return whole && text->size() != 4 && text->size() <= 18 ? text : std::nullopt;
}

/// An address of the fourth version; of the sixth only its last 32 bits, in a documentation range,
/// when that is what it is.
std::optional<std::string> address(const z3::expr& value, bool sixth) {
  std::uint64_t bits = 0;
  if (sixth || !value.is_numeral_u64(bits)) {
    return std::nullopt;
  }
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    text += std::to_string((bits >> static_cast<unsigned>(shift)) & 0xFFU) + (shift > 0 ? "." : "");
  }
  return text;
}

std::optional<std::string> text_of(const z3::model& model, KeyType type, const Slot& slot) {
  const z3::expr value = model.eval(slot.value, true);
  switch (type) {
    case KeyType::None:
    case KeyType::Text:
      return TextTerms::read(model, slot.value);
    case KeyType::Arn:
      return TextTerms::read(model, slot.arn);
    case KeyType::Number:
      return decimal(value);
    case KeyType::Date:
      return epoch(value);
    case KeyType::Truth:
      return value.is_true() ? "true" : "false";
    case KeyType::Address:
      return address(value, model.eval(slot.sixth, true).is_true());
  }
  return std::nullopt;
}

}  // namespace

/// How the clauses of both policies use one key.
struct Keys::Use {
  std::vector<KeyType> types;
  bool only_truth_words = true;
  bool plain = false;
  bool set = false;
  std::size_t clauses = 0;

  void add(const Condition& condition) {
    ++clauses;
    const KeyType type = type_of(condition.op.kind);
    if (type == KeyType::None) {
      return;
    }
    if (std::ranges::find(types, type) == types.end()) {
      types.push_back(type);
    }
    (condition.op.quantifier == Quantifier::None ? plain : set) = true;
    only_truth_words =
        only_truth_words && std::ranges::all_of(condition.values, [](const policy::Text& value) {
          return value.value == "true" || value.value == "false";
        });
  }

  [[nodiscard]] KeyType type() const {
    if (types.size() > 1) {
      const bool truth = types.size() == 2 && only_truth_words &&
                         std::ranges::find(types, KeyType::Truth) != types.end() &&
                         std::ranges::find(types, KeyType::Text) != types.end();
      if (!truth) {
        throw OutsideOfEncoding{"a key with operators of different types"};
      }
      return KeyType::Truth;
    }
    return types.empty() ? KeyType::None : types.front();
  }
};

Keys::Keys(z3::context& context, TextTerms& texts,
           const std::vector<const policy::Policy*>& policies)
    : context_(context), texts_(texts) {
  std::map<std::string, Use> uses;
  for (const policy::Policy* policy : policies) {
    for (const policy::Statement& statement : policy->statements) {
      for (const Condition& condition : statement.conditions) {
        uses[text::lower(condition.key.value)].add(condition);
      }
    }
  }
  for (const auto& [name, use] : uses) {
    declare(name, use);
  }
}

void Keys::declare(const std::string& name, const Use& use) {
  const prover::Shape shape = prover::shape_of(name);
  Key key{use.type(),
          shape == prover::Shape::Multi || (shape == prover::Shape::Unknown && use.set)};
  if (key.list && use.plain) {
    throw OutsideOfEncoding{"a plain operator on a list"};
  }
  if (key.list && use.clauses > kMostSlots) {
    throw OutsideOfEncoding{"more clauses on a list than the encoding has places for"};
  }
  const std::size_t count = key.list ? std::max(kFewestSlots, use.clauses) : 1;
  for (std::size_t i = 0; i < count; ++i) {
    key.slots.push_back(slot(name + "#" + std::to_string(i), key.type));
  }
  keys_.emplace(name, std::move(key));
}

Slot Keys::slot(const std::string& name, KeyType type) {
  const auto variable = [&](const z3::sort& sort) {
    return context_.constant((name + "=").c_str(), sort);
  };
  const z3::expr present = context_.bool_const((name + "?").c_str());
  const z3::expr sixth = context_.bool_const((name + ".6").c_str());
  const ArnTerm arn = texts_.new_arn(name);
  switch (type) {
    case KeyType::Number:
    case KeyType::Date:
      return {present, variable(context_.real_sort()), sixth, arn};
    case KeyType::Truth:
      return {present, variable(context_.bool_sort()), sixth, arn};
    case KeyType::Address:
      return {present, variable(context_.int_sort()), sixth, arn};
    case KeyType::None:
    case KeyType::Text:
    case KeyType::Arn:
      break;
  }
  return {present, variable(context_.string_sort()), sixth, arn};
}

z3::expr Keys::domain() {
  z3::expr_vector all(context_);
  for (const auto& [name, key] : keys_) {
    for (const Slot& slot : key.slots) {
      if (key.type == KeyType::Arn) {
        all.push_back(texts_.arn_domain(slot.arn));
      } else if (key.type == KeyType::Address) {
        const z3::expr above =
            z3::ite(slot.sixth, context_.int_val("340282366920938463463374607431768211456"),
                    context_.int_val("4294967296"));
        all.push_back(slot.value >= 0 && slot.value < above);
      }
    }
  }
  return z3::mk_and(all);
}

z3::expr Keys::any_present(const Key& key) {
  z3::expr_vector some(context_);
  for (const Slot& slot : key.slots) {
    some.push_back(slot.present);
  }
  return z3::mk_or(some);
}

z3::expr Keys::null_clause(const Condition& condition, const z3::expr& present) {
  z3::expr_vector some(context_);
  for (const policy::Text& written : condition.values) {
    const auto absent = policy::parse_bool(written.value);
    if (!absent) {
      throw OutsideOfEncoding{"a truth value that is none"};
    }
    some.push_back(*absent ? !present : present);
  }
  return z3::mk_or(some);
}

z3::expr Keys::in_range(const std::string& written, const Slot& slot) {
  const auto range = policy::parse_range(written);
  if (!range) {
    throw OutsideOfEncoding{"an address that is none"};
  }
  const bool sixth = range->first.family == policy::IpFamily::V6;
  const std::size_t bytes = width(sixth);
  auto last = range->first.bytes;
  for (std::size_t bit = range->prefix_bits; bit < bytes * 8; ++bit) {
    last.at(bit / 8) = static_cast<std::uint8_t>(last.at(bit / 8) | (0x80U >> (bit % 8)));
  }
  return slot.sixth == context_.bool_val(sixth) &&
         slot.value >= integer(context_, range->first.bytes, bytes) &&
         slot.value <= integer(context_, last, bytes);
}

z3::expr Keys::matches(OperatorKind kind, const std::string& written, KeyType type,
                       const Slot& slot) {
  if (type == KeyType::Truth) {
    const auto value = policy::parse_bool(written);
    if (!value) {
      throw OutsideOfEncoding{"a truth value that is none"};
    }
    return slot.value == context_.bool_val(*value);
  }
  if (type == KeyType::Address) {
    return in_range(written, slot);
  }
  if (type == KeyType::Arn) {
    return texts_.matches_arn(written, slot.arn);
  }
  if (type == KeyType::Text) {
    return texts_.matches(kind, written, slot.value);
  }
  return relation(kind, slot.value,
                  type == KeyType::Number ? number(context_, written) : instant(context_, written));
}

z3::expr Keys::test(const Condition& condition, const Key& key, const Slot& slot) {
  z3::expr_vector some(context_);
  for (const policy::Text& written : condition.values) {
    some.push_back(matches(condition.op.kind, written.value, key.type, slot));
  }
  const z3::expr match = z3::mk_or(some);
  return condition.op.negated ? !match : match;
}

z3::expr Keys::clause(const Condition& condition) {
  const Key& key = keys_.at(text::lower(condition.key.value));
  const policy::Operator& op = condition.op;
  const z3::expr present = any_present(key);
  if (op.kind == OperatorKind::Null) {
    return null_clause(condition, present);
  }
  const bool every = op.quantifier == Quantifier::ForAllValues;
  const bool when_absent =
      every || op.if_exists || (op.quantifier == Quantifier::None && op.negated);
  z3::expr_vector parts(context_);
  for (const Slot& slot : key.slots) {
    const z3::expr one = test(condition, key, slot);
    parts.push_back(every ? z3::implies(slot.present, one) : slot.present && one);
  }
  const z3::expr there = every ? z3::mk_and(parts) : z3::mk_or(parts);
  return when_absent ? !present || there : present && there;
}

bool Keys::read(const z3::model& model, policy::Request& request) const {
  for (const auto& [name, key] : keys_) {
    policy::ContextValue value{{}, key.list};
    for (const Slot& slot : key.slots) {
      if (!model.eval(slot.present, true).is_true()) {
        continue;
      }
      const auto text = text_of(model, key.type, slot);
      if (!text) {
        return false;
      }
      value.values.push_back(*text);
    }
    if (!value.values.empty()) {
      request.context[name] = std::move(value);
    }
  }
  return true;
}

}  // namespace muster::z3_oracle
