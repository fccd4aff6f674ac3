// Types, numbers and lists as GitHub coerces them.
#include "checks/workflow/value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "checks/text/ascii.h"
#include "checks/text/tree.h"

namespace muster::workflow {
namespace {

constexpr std::size_t kMaxValues = 64;

/// A scalar of a JSON document; nothing for lists and objects.
std::optional<Value> scalar_of(const text::Node& node) {
  switch (node.type()) {
    case text::Type::Null:
      return Value{};
    case text::Type::Bool:
      return Value{Value::Type::Bool, std::string(node.text())};
    case text::Type::Number:
      return Value{Value::Type::Number, std::string(node.text())};
    case text::Type::String:
      return Value{Value::Type::Text, std::string(node.text())};
    case text::Type::Sequence:
    case text::Type::Mapping:
      break;
  }
  return std::nullopt;
}

}  // namespace

std::optional<double> number_of(const Value& value) {
  if (value.type == Value::Type::Bool) {
    return value.text == "true" ? 1 : 0;
  }
  return value.type == Value::Type::List ? std::nullopt : to_number(value.text);
}

std::optional<bool> is_true(const Value& value) {
  switch (value.type) {
    case Value::Type::Null:
      return false;
    case Value::Type::Bool:
      return value.text == "true";
    case Value::Type::Number: {
      const auto number = number_of(value);
      return number ? std::optional(*number != 0) : std::optional(false);
    }
    case Value::Type::Text:
      return !value.text.empty();
    case Value::Type::List:
      return true;
    case Value::Type::Untyped:
      return value.text.empty() ? std::optional(false) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<Value> from_json(std::string_view text) {
  const auto tree = text::parse_json(std::string(text), {});
  if (!tree) {
    return std::nullopt;
  }
  const text::Node root = tree.value().root();
  for (std::size_t i = 0; root.is(text::Type::Sequence) && i < root.size(); ++i) {
    if (!scalar_of(root.at(i))) {
      return std::nullopt;
    }
  }
  return root.is(text::Type::Sequence) ? Value{Value::Type::List, std::string(text)}
                                       : scalar_of(root);
}

std::vector<Value> elements_of(const Value& list) {
  std::vector<Value> elements;
  const auto tree = text::parse_json(list.text, {});
  for (std::size_t i = 0; tree && i < tree.value().root().size(); ++i) {
    elements.push_back(scalar_of(tree.value().root().at(i)).value_or(Value{}));
  }
  return elements;
}

namespace {

constexpr std::string_view kJsBlanks = " \t\r\n\v\f";

/// `0x1F`, `0o17`: digits of the base alone, however many.
std::optional<double> based_number(std::string_view digits, int base) {
  double number = 0;
  for (const char c : digits) {
    const char lower = text::lower(c);
    const int digit = lower >= '0' && lower <= '9'   ? lower - '0'
                      : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10
                                                     : 99;
    if (digit >= base) {
      return std::nullopt;
    }
    number = number * base + digit;
  }
  return digits.empty() ? std::nullopt : std::optional(number);
}

/// Digits with a point and an exponent, without a sign.
std::optional<double> decimal_number(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789.eE+-") != std::string_view::npos) {
    return std::nullopt;
  }
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ptr != text.data() + text.size() || read.ec == std::errc::invalid_argument) {
    return std::nullopt;
  }
  if (read.ec == std::errc::result_out_of_range) {
    const std::size_t exponent = text.find_first_of("eE");
    const bool small = exponent != std::string_view::npos && text[exponent + 1] == '-';
    return small ? 0 : std::numeric_limits<double>::infinity();
  }
  return number;
}

}  // namespace

std::optional<double> to_number(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kJsBlanks);
  if (first == std::string_view::npos) {
    return 0;
  }
  text = text.substr(first, text.find_last_not_of(kJsBlanks) - first + 1);
  if (text.size() > 1 && text[0] == '0') {
    const char kind = text::lower(text[1]);
    const int base = kind == 'x' ? 16 : kind == 'o' ? 8 : 0;
    if (base != 0) {
      return based_number(text.substr(2), base);
    }
  }
  const bool minus = text.front() == '-';
  text.remove_prefix(minus || text.front() == '+' ? 1 : 0);
  const auto number = text == "Infinity" ? std::optional(std::numeric_limits<double>::infinity())
                                         : decimal_number(text);
  return number && minus ? -*number : number;
}

Value scalar(std::string_view text) {
  static constexpr std::array<std::string_view, 5> kWords = {"true", "false", "null", "nan",
                                                             "infinity"};
  const bool letter =
      !text.empty() && ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z'));
  const bool word = text::one_of(text::lower(text), kWords);
  const bool is_text = text.empty() || (letter && !word);
  return {is_text ? Value::Type::Text : Value::Type::Untyped, std::string(text)};
}

bool ValueSet::may_be_true() const {
  return !known || std::any_of(values.begin(), values.end(),
                               [](const Value& value) { return is_true(value).value_or(true); });
}

bool ValueSet::may_be_false() const {
  return !known || std::any_of(values.begin(), values.end(),
                               [](const Value& value) { return !is_true(value).value_or(false); });
}

ValueSet unknown_value(std::string_view what) {
  return {{}, false, std::string(what)};
}

void add_values(ValueSet& to, const ValueSet& from) {
  to.values.insert(to.values.end(), from.values.begin(), from.values.end());
  std::sort(to.values.begin(), to.values.end());
  to.values.erase(std::unique(to.values.begin(), to.values.end()), to.values.end());
  if (to.known && (!from.known || to.values.size() > kMaxValues)) {
    to.known = false;
    to.missing = from.known ? "more than 64 possible values" : from.missing;
  }
  to.values.resize(std::min(to.values.size(), kMaxValues));
}

}  // namespace muster::workflow
