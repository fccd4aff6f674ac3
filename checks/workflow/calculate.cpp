// A stack of values; an error is a value too until something looks at it, so that `&&` and `||`
// pass by what they do not need.
#include "checks/workflow/calculate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "checks/text/ascii.h"
#include "checks/workflow/datum_text.h"
#include "checks/workflow/value.h"

namespace muster::workflow {
namespace {

using Kind = Datum::Kind;
using Data = std::vector<Datum>;

/// More than a call can have.
constexpr std::size_t kMostArguments = 100'000;
constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();

Datum bool_datum(bool value) {
  Datum datum;
  datum.kind = Kind::Bool;
  datum.boolean = value;
  return datum;
}

Datum number_datum(double number) {
  Datum datum;
  datum.kind = Kind::Number;
  datum.number = number;
  return datum;
}

bool is_primitive(const Datum& datum) {
  return datum.kind != Kind::Array && datum.kind != Kind::Object;
}

double as_number(const Datum& datum) {
  switch (datum.kind) {
    case Kind::Null:
      return 0;
    case Kind::Bool:
      return datum.boolean ? 1 : 0;
    case Kind::Number:
      return datum.number;
    case Kind::String:
      return to_number(datum.text).value_or(kNotANumber);
    case Kind::Array:
    case Kind::Object:
      break;
  }
  return kNotANumber;
}

/// Letters compare as capitals: `_` stands behind them.
std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return result;
}

/// -1, 0, 1 for values that can be ordered; nothing for others, NaN among them.
std::optional<int> compare_data(const Datum& a, const Datum& b) {
  const auto three_way = [](const auto& left, const auto& right) {
    return left < right ? -1 : right < left ? 1 : 0;
  };
  if (a.kind == b.kind) {
    if (a.kind == Kind::String) {
      return three_way(upper(a.text), upper(b.text));
    }
    if (a.kind == Kind::Bool) {
      return three_way(a.boolean, b.boolean);
    }
    if (a.kind != Kind::Number) {
      return std::nullopt;
    }
  }
  if (!is_primitive(a) || !is_primitive(b)) {
    return std::nullopt;
  }
  const double left = as_number(a);
  const double right = as_number(b);
  return std::isnan(left) || std::isnan(right) ? std::nullopt
                                               : std::optional(three_way(left, right));
}

bool are_equal(const Datum& a, const Datum& b) {
  if (a.kind == b.kind && a.kind == Kind::Null) {
    return true;
  }
  if (a.kind == b.kind && !is_primitive(a)) {
    return a.collection == b.collection;
  }
  return compare_data(a, b) == std::optional(0);
}

bool holds_between(ExpressionStep::Kind kind, const Datum& a, const Datum& b) {
  using Step = ExpressionStep::Kind;
  if (kind == Step::Equal || kind == Step::NotEqual) {
    return are_equal(a, b) == (kind == Step::Equal);
  }
  const std::optional<int> order = compare_data(a, b);
  const bool or_equal = kind == Step::LessEqual || kind == Step::GreaterEqual;
  const int wanted = kind == Step::Less || kind == Step::LessEqual ? -1 : 1;
  return order == std::optional(wanted) || (or_equal && are_equal(a, b));
}

const Datum* member_of(const Collection& object, std::string_view name) {
  for (std::size_t i = 0; i < object.names.size(); ++i) {
    if (text::equals_ignoring_case(object.names[i], name)) {
      return &object.items[i];
    }
  }
  return nullptr;
}

/// What an index finds in one value; null when there is nothing.
const Datum* item_of(const Datum& from, const Datum& index, const DataPool& pool) {
  if (from.kind == Kind::Object) {
    return is_primitive(index) ? member_of(pool.of(from), shown(index)) : nullptr;
  }
  const double number = as_number(index);
  if (from.kind != Kind::Array || !std::isfinite(number) || number < 0) {
    return nullptr;
  }
  const auto& items = pool.of(from).items;
  const double whole = std::floor(number);
  return whole < static_cast<double>(items.size()) ? &items[static_cast<std::size_t>(whole)]
                                                   : nullptr;
}

Datum indexed(const Datum& from, const Datum& index, DataPool& pool) {
  if (!from.filtered) {
    const Datum* item = item_of(from, index, pool);
    return item != nullptr ? *item : Datum{};
  }
  Data found;
  for (const Datum& element : pool.of(from).items) {
    if (const Datum* item = item_of(element, index, pool)) {
      found.push_back(*item);
    }
  }
  return pool.array(std::move(found), true);
}

/// `x.*`
Datum all_of(const Datum& from, DataPool& pool) {
  Data found;
  if (!is_primitive(from) && !from.filtered) {
    found = pool.of(from).items;
  }
  for (std::size_t i = 0; from.filtered && i < pool.of(from).items.size(); ++i) {
    const Datum& element = pool.of(from).items[i];
    if (!is_primitive(element)) {
      const auto& items = pool.of(element).items;
      found.insert(found.end(), items.begin(), items.end());
    }
  }
  return pool.array(std::move(found), true);
}

bool contains(const Datum& whole, const Datum& part, const DataPool& pool) {
  if (whole.kind == Kind::Array) {
    const auto& items = pool.of(whole).items;
    return std::any_of(items.begin(), items.end(),
                       [&](const Datum& item) { return are_equal(part, item); });
  }
  return is_primitive(whole) && is_primitive(part) &&
         text::lower(shown(whole)).find(text::lower(shown(part))) != std::string::npos;
}

bool at_an_end(const Datum& whole, const Datum& part, bool begin) {
  if (!is_primitive(whole) || !is_primitive(part)) {
    return false;
  }
  const std::string text = upper(shown(whole));
  const std::string wanted = upper(shown(part));
  return begin ? text.starts_with(wanted) : text.ends_with(wanted);
}

std::string join(const Data& arguments, const DataPool& pool) {
  if (arguments[0].kind != Kind::Array) {
    return is_primitive(arguments[0]) ? shown(arguments[0]) : "";
  }
  const bool given = arguments.size() > 1 && is_primitive(arguments[1]);
  const std::string separator = given ? shown(arguments[1]) : ",";
  std::string text;
  const auto& items = pool.of(arguments[0]).items;
  for (std::size_t i = 0; i < items.size(); ++i) {
    text += (i > 0 ? separator : "") + shown(items[i]);
  }
  return text;
}

Error bad_format(const std::string& pattern) {
  return Error{ErrorCode::Invalid, "`format` cannot use the text `" + pattern + "`", {}};
}

/// `{0}` at `open`, whose brace closes at `close`; which argument it is, or nothing. What follows
/// the number inside the braces does not count.
std::optional<std::size_t> place_number(const std::string& text, std::size_t open,
                                        std::size_t close) {
  std::size_t end = open + 1;
  while (end < close && text[end] >= '0' && text[end] <= '9') {
    ++end;
  }
  if (end == open + 1) {
    return std::nullopt;
  }
  std::size_t number = 0;
  for (std::size_t at = open + 1; at < end && number < kMostArguments; ++at) {
    number = number * 10 + static_cast<std::size_t>(text[at] - '0');
  }
  return number;
}

Result<Datum> format(const Data& arguments) {
  const std::string pattern = shown(arguments[0]);
  std::string text;
  for (std::size_t at = 0; at < pattern.size();) {
    const std::size_t open = pattern.find('{', at);
    const std::size_t close = pattern.find('}', at);
    const std::size_t next = std::min(open, close);
    if (next == std::string::npos) {
      text += pattern.substr(at);
      break;
    }
    text += pattern.substr(at, next - at);
    if (next + 1 < pattern.size() && pattern[next + 1] == pattern[next]) {
      text += pattern[next];
      at = next + 2;
      continue;
    }
    const auto place = next == open && close != std::string::npos
                           ? place_number(pattern, open, close)
                           : std::nullopt;
    if (!place || *place + 1 >= arguments.size()) {
      return bad_format(pattern);
    }
    text += shown(arguments[*place + 1]);
    at = close + 1;
  }
  return string_datum(text);
}

Result<Datum> from_json_text(const Datum& from, DataPool& pool) {
  const std::string text = shown(from);
  text::Limits limits;
  limits.bytes = text.size() + 1;
  const auto tree = text::parse_json(text, {}, limits);
  if (!tree) {
    return Error{ErrorCode::Invalid, "`fromJSON` is given what is no JSON", {}};
  }
  return pool.read(tree.value().root());
}

Result<Datum> choose(const Data& arguments) {
  for (std::size_t i = 0; i + 1 < arguments.size(); i += 2) {
    if (arguments[i].kind != Kind::Bool) {
      return Error{ErrorCode::Invalid, "a condition of `case` is no boolean", {}};
    }
    if (arguments[i].boolean) {
      return arguments[i + 1];
    }
  }
  return arguments.back();
}

Result<Datum> call_function(const std::string& name, const Data& arguments, RunStatus status,
                            DataPool& pool) {
  if (name == "contains") {
    return bool_datum(contains(arguments[0], arguments[1], pool));
  }
  if (name == "startswith" || name == "endswith") {
    return bool_datum(at_an_end(arguments[0], arguments[1], name == "startswith"));
  }
  if (name == "join") {
    return string_datum(join(arguments, pool));
  }
  if (name == "format") {
    return format(arguments);
  }
  if (name == "fromjson") {
    return from_json_text(arguments[0], pool);
  }
  if (name == "tojson") {
    return string_datum(to_json_text(arguments[0], pool));
  }
  if (name == "case") {
    return choose(arguments);
  }
  return bool_datum(name == "always" || (name == "success" && status == RunStatus::Success) ||
                    (name == "failure" && status == RunStatus::Failure) ||
                    (name == "cancelled" && status == RunStatus::Cancelled));
}

/// `a && b && c`: the first falsy one, else the last.
Result<Datum> first_deciding(bool truthy, const std::vector<Result<Datum>>& operands) {
  for (const Result<Datum>& operand : operands) {
    if (!operand || is_truthy(operand.value()) == truthy) {
      return operand;
    }
  }
  return operands.back();
}

/// Operations whose operands must all be there.
Result<Datum> apply(const ExpressionStep& step, const Data& operands, RunStatus status,
                    DataPool& pool) {
  using Step = ExpressionStep::Kind;
  if (step.kind == Step::Call) {
    return call_function(step.text, operands, status, pool);
  }
  if (step.kind == Step::Not) {
    return bool_datum(!is_truthy(operands[0]));
  }
  if (step.kind == Step::Star) {
    return all_of(operands[0], pool);
  }
  return step.kind == Step::Index ? indexed(operands[0], operands[1], pool)
                                  : bool_datum(holds_between(step.kind, operands[0], operands[1]));
}

/// A value that takes no other.
Datum leaf_datum(const ExpressionStep& step, const Datum& contexts, DataPool& pool) {
  using Step = ExpressionStep::Kind;
  if (step.kind == Step::Bool) {
    return bool_datum(step.boolean);
  }
  if (step.kind == Step::Number) {
    return number_datum(step.number);
  }
  if (step.kind == Step::String) {
    return string_datum(step.text);
  }
  return step.kind == Step::Context ? indexed(contexts, string_datum(step.text), pool) : Datum{};
}

}  // namespace

Result<Datum> calculate(const ParsedExpression& expression, const Datum& contexts, RunStatus status,
                        DataPool& pool) {
  std::vector<Result<Datum>> stack;
  for (const ExpressionStep& step : expression.steps) {
    const bool leaf = step.operands == 0 && step.kind != ExpressionStep::Kind::Call;
    if (leaf) {
      stack.emplace_back(leaf_datum(step, contexts, pool));
      continue;
    }
    const auto first = stack.end() - static_cast<std::ptrdiff_t>(step.operands);
    const std::vector<Result<Datum>> operands(first, stack.end());
    stack.erase(first, stack.end());
    if (step.kind == ExpressionStep::Kind::And || step.kind == ExpressionStep::Kind::Or) {
      stack.push_back(first_deciding(step.kind == ExpressionStep::Kind::Or, operands));
      continue;
    }
    Data values;
    std::optional<Error> error;
    for (const Result<Datum>& operand : operands) {
      if (operand) {
        values.push_back(operand.value());
      } else if (!error) {
        error = operand.error();
      }
    }
    stack.push_back(error ? Result<Datum>(*error) : apply(step, values, status, pool));
  }
  return stack.back();
}

bool is_truthy(const Datum& datum) {
  switch (datum.kind) {
    case Kind::Null:
      return false;
    case Kind::Bool:
      return datum.boolean;
    case Kind::Number:
      return datum.number != 0 && !std::isnan(datum.number);
    case Kind::String:
      return !datum.text.empty();
    case Kind::Array:
    case Kind::Object:
      break;
  }
  return true;
}

}  // namespace muster::workflow
