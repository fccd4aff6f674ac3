// The operators and functions of GitHub's expression language, run over the postfix form.
#include "checks/workflow/evaluate.h"

#include <algorithm>
#include <array>
#include <optional>

#include "checks/text/ascii.h"
#include "checks/workflow/postfix.h"

namespace muster::workflow {
namespace {

Value boolean(bool value) {
  return {Value::Type::Bool, value ? "true" : "false"};
}

ValueSet set_of(bool may_be_true, bool may_be_false) {
  ValueSet set;
  if (may_be_false) {
    set.values.push_back(boolean(false));
  }
  if (may_be_true) {
    set.values.push_back(boolean(true));
  }
  return set;
}

/// Yes, no, or it depends on a type or text that is not known.
using Answer = std::optional<bool>;

bool is_open(const Value& value) {
  return value.text.find(kRest) != std::string::npos;
}

/// The answer "yes or no" about an open ref.
Answer open_answer(const Value& ref, std::vector<RefTest>* tests) {
  if (tests != nullptr) {
    tests->push_back({RefTest::Kind::Other, ref.text, {}});
  }
  return std::nullopt;
}

/// The comparison of a ref whose end is open. Every text it meets is reported, and the caller asks
/// again with that text as the ref; so the open ref itself stands for the others.
Answer open_ref_equals(const Value& ref, const Value& other, std::vector<RefTest>* tests) {
  if (other.is_ref && other.text == ref.text) {
    return true;
  }
  if (other.type == Value::Type::Untyped || is_open(other) || tests == nullptr) {
    return open_answer(ref, tests);
  }
  if (other.type == Value::Type::Text) {
    tests->push_back({RefTest::Kind::Equal, ref.text, other.text});
  }
  return false;
}

Answer equals(const Value& a, const Value& b, std::vector<RefTest>* tests) {
  if (a.is_ref || b.is_ref) {
    return a.is_ref ? open_ref_equals(a, b, tests) : open_ref_equals(b, a, tests);
  }
  if (is_open(a) || is_open(b)) {
    return open_answer(is_open(a) ? a : b, tests);
  }
  const bool both_lists = a.type == Value::Type::List && b.type == Value::Type::List;
  if (both_lists || a.type == Value::Type::Untyped || b.type == Value::Type::Untyped) {
    return std::nullopt;
  }
  if (a.type == b.type && a.type != Value::Type::Number) {
    return text::lower(a.text) == text::lower(b.text);
  }
  const auto left = number_of(a);
  const auto right = number_of(b);
  return left && right && *left == *right;
}

Answer starts_with(const Value& text, const Value& prefix, std::vector<RefTest>* tests) {
  const std::string whole = text::lower(text.text);
  const std::string wanted = text::lower(prefix.text);
  const std::string sure = whole.substr(0, whole.find(kRest));
  if (is_open(prefix)) {
    return open_answer(prefix, tests);
  }
  if (!is_open(text) || sure.starts_with(wanted)) {
    return sure.starts_with(wanted);
  }
  if (!wanted.starts_with(sure)) {
    return false;
  }
  if (!text.is_ref || tests == nullptr) {
    return open_answer(text, tests);
  }
  tests->push_back({RefTest::Kind::Prefix, text.text, prefix.text});
  return false;
}

/// Whether a list holds a value, as `==` sees it.
Answer lists(const Value& list, const Value& wanted, std::vector<RefTest>* tests) {
  Answer found = false;
  for (const Value& element : elements_of(list)) {
    const Answer equal = equals(element, wanted, tests);
    if (equal.value_or(false)) {
      return true;
    }
    found = equal ? found : std::nullopt;
  }
  return found;
}

/// `contains` and `endsWith` over text.
Answer holds(const Value& text, const Value& part, bool at_end, std::vector<RefTest>* tests) {
  const std::string whole = text::lower(text.text);
  const std::string wanted = text::lower(part.text);
  if (is_open(part)) {
    return open_answer(part, tests);
  }
  if (is_open(text)) {
    const bool sure =
        !at_end && whole.substr(0, whole.find(kRest)).find(wanted) != std::string::npos;
    return sure ? Answer(true) : open_answer(text, tests);
  }
  return at_end ? whole.ends_with(wanted) : whole.find(wanted) != std::string::npos;
}

/// Reports open refs that go into something that cannot be computed.
void note_open(const std::vector<ValueSet>& arguments, std::vector<RefTest>* tests) {
  for (const ValueSet& argument : arguments) {
    for (const Value& value : argument.values) {
      if (is_open(value)) {
        static_cast<void>(open_answer(value, tests));
      }
    }
  }
}

/// A yes-or-no question asked of every pair of values.
template <class Ask>
ValueSet ask_all(const ValueSet& left, const ValueSet& right, std::vector<RefTest>* tests,
                 Ask ask) {
  bool may_be_true = !left.known || !right.known;
  bool may_be_false = may_be_true;
  if (may_be_true) {
    note_open({left, right}, tests);
  }
  for (const Value& a : left.values) {
    for (const Value& b : right.values) {
      const Answer answer = ask(a, b);
      may_be_true = may_be_true || answer.value_or(true);
      may_be_false = may_be_false || !answer.value_or(false);
    }
  }
  return set_of(may_be_true, may_be_false);
}

ValueSet negated(const ValueSet& set) {
  return set_of(set.may_be_false(), set.may_be_true());
}

/// All values that count as false: what an unknown value is when it is not true.
ValueSet falsy() {
  ValueSet set;
  set.values = {{}, boolean(false), {Value::Type::Number, "0"}, {Value::Type::Number, "NaN"}};
  set.values.push_back({Value::Type::Text, ""});
  return set;
}

/// `a && b` gives `a` when it is falsy.
ValueSet both(const ValueSet& left, const ValueSet& right) {
  ValueSet result;
  for (const Value& value : left.values) {
    if (!is_true(value).value_or(false)) {
      add_values(result, {{value}, true, {}});
    }
  }
  if (!left.known) {
    add_values(result, falsy());
  }
  if (left.may_be_true()) {
    add_values(result, right);
  }
  return result;
}

/// `a || b` gives `a` when it is truthy.
ValueSet either(const ValueSet& left, const ValueSet& right) {
  ValueSet result{{}, left.known, left.missing};
  for (const Value& value : left.values) {
    if (is_true(value).value_or(true)) {
      add_values(result, {{value}, true, {}});
    }
  }
  if (left.may_be_false()) {
    add_values(result, right);
  }
  return result;
}

/// `format('{0}-{1}', a, b)` when every part is one known value and the pattern has no doubled
/// braces.
ValueSet format(const std::vector<ValueSet>& arguments) {
  for (const ValueSet& argument : arguments) {
    if (!argument.known || argument.values.size() != 1 || is_open(argument.values.front())) {
      return unknown_value(argument.known ? "format(…)" : argument.missing);
    }
  }
  std::string text;
  const std::string& pattern = arguments.front().values.front().text;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const bool place = pattern[at] == '{' && at + 2 < pattern.size() && pattern[at + 2] == '}' &&
                       pattern[at + 1] >= '0' && pattern[at + 1] <= '9';
    const auto index = place ? static_cast<std::size_t>(pattern[at + 1] - '0') + 1 : 0;
    if (place && index < arguments.size()) {
      text += arguments[index].values.front().text;
      at += 2;
    } else if (pattern[at] == '{' || pattern[at] == '}') {
      return unknown_value("format(…)");
    } else {
      text += pattern[at];
    }
  }
  return {{{Value::Type::Text, text}}, true, {}};
}

/// `fromJSON`, of every value that the text can have.
ValueSet parsed(const ValueSet& texts) {
  ValueSet result{{}, texts.known, texts.missing};
  for (const Value& text : texts.values) {
    const auto value = is_open(text) ? std::nullopt : from_json(text.text);
    add_values(result, value ? ValueSet{{*value}, true, {}} : unknown_value("fromJSON(…)"));
  }
  return result;
}

/// What a status function gives; nothing for any other function.
std::optional<ValueSet> status(std::string_view function, bool all_is_well) {
  if (function == "always") {
    return set_of(true, false);
  }
  if (function == "success") {
    return set_of(true, !all_is_well);
  }
  return function == "failure" || function == "cancelled"
             ? std::optional(set_of(!all_is_well, true))
             : std::nullopt;
}

ValueSet call(const std::string& name, const std::vector<ValueSet>& arguments,
              std::vector<RefTest>* tests, bool all_is_well) {
  const std::string function = text::lower(name);
  if (auto known = status(function, all_is_well)) {
    return *std::move(known);
  }
  if (arguments.size() == 2 && function == "startswith") {
    return ask_all(arguments[0], arguments[1], tests,
                   [&](const Value& a, const Value& b) { return starts_with(a, b, tests); });
  }
  if (arguments.size() == 2 && (function == "endswith" || function == "contains")) {
    const bool at_end = function == "endswith";
    return ask_all(arguments[0], arguments[1], tests, [&](const Value& a, const Value& b) {
      return a.type == Value::Type::List && !at_end ? lists(a, b, tests)
                                                    : holds(a, b, at_end, tests);
    });
  }
  note_open(arguments, tests);
  if (arguments.size() == 1 && function == "fromjson") {
    return parsed(arguments[0]);
  }
  if (function == "format" && !arguments.empty()) {
    return format(arguments);
  }
  return unknown_value(name + "(…)");
}

/// A stranger and his fork are never this repository nor its owner, whatever their names are.
bool never_equal(const ValueSet& stranger, const ValueSet& here) {
  return !here.known && here.missing.starts_with("github.repository") && stranger.known &&
         !stranger.values.empty() &&
         std::all_of(stranger.values.begin(), stranger.values.end(),
                     [](const Value& value) { return value.text.starts_with(kStranger); });
}

ValueSet binary(Operator operation, const ValueSet& left, const ValueSet& right,
                std::vector<RefTest>* tests) {
  switch (operation) {
    case Operator::And:
      return both(left, right);
    case Operator::Or:
      return either(left, right);
    case Operator::Equal:
    case Operator::NotEqual: {
      if (never_equal(left, right) || never_equal(right, left)) {
        return set_of(operation == Operator::NotEqual, operation == Operator::Equal);
      }
      const ValueSet equal = ask_all(
          left, right, tests, [&](const Value& a, const Value& b) { return equals(a, b, tests); });
      return operation == Operator::Equal ? equal : negated(equal);
    }
    case Operator::Order:
    case Operator::Not:
      note_open({left, right}, tests);
      break;
  }
  return set_of(true, true);
}

}  // namespace

ValueSet evaluate(std::string_view expression, const Lookup& lookup, std::vector<RefTest>* tests,
                  bool all_is_well) {
  const auto program = to_postfix(expression);
  if (!program) {
    return unknown_value(expression);
  }
  std::vector<ValueSet> stack;
  for (const Instruction& step : *program) {
    const std::size_t count = step.arguments;
    std::vector<ValueSet> arguments(stack.end() - static_cast<std::ptrdiff_t>(count), stack.end());
    stack.resize(stack.size() - count);
    switch (step.kind) {
      case Instruction::Kind::Literal:
        stack.push_back({{step.value}, true, {}});
        break;
      case Instruction::Kind::Name:
        stack.push_back(lookup(step.value.text));
        break;
      case Instruction::Kind::Property:
        stack.push_back(unknown_value(step.value.text));
        break;
      case Instruction::Kind::Call:
        stack.push_back(call(step.value.text, arguments, tests, all_is_well));
        break;
      case Instruction::Kind::Operator:
        stack.push_back(step.operation == Operator::Not
                            ? negated(arguments[0])
                            : binary(step.operation, arguments[0], arguments[1], tests));
        break;
    }
  }
  return stack.back();
}

}  // namespace muster::workflow
