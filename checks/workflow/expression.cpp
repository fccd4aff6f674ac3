// Texts with expressions in them, and conditions.
#include "checks/workflow/expression.h"

#include <algorithm>

#include "checks/text/ascii.h"
#include "checks/workflow/resolver.h"

namespace muster::workflow {
namespace {

constexpr std::size_t kMaxValues = 64;
constexpr int kMaxDepth = 16;

Values unknown(std::string_view what) {
  return {{}, false, std::string(what)};
}

}  // namespace

/// The end of the expression that begins at `at` (behind `${{`): the first `}}` outside quotes.
std::size_t expression_end(std::string_view text, std::size_t at) {
  bool quoted = false;
  for (; at + 1 < text.size(); ++at) {
    quoted = text[at] == '\'' ? !quoted : quoted;
    if (!quoted && text[at] == '}' && text[at + 1] == '}') {
      return at;
    }
  }
  return std::string_view::npos;
}

ValueSet Resolver::evaluate(std::string_view expression) const {
  if (depth_ > kMaxDepth || work_.budget == 0) {
    return unknown_value("a long chain of variables");
  }
  --work_.budget;
  return workflow::evaluate(
      expression, [this](std::string_view wanted) { return name(wanted); }, work_.tests,
      work_.all_is_well);
}

/// The values of an expression as texts. A ref of which only the beginning is known is unknown
/// here.
Values Resolver::shown(const ValueSet& set) const {
  Values result{{}, set.known, set.missing};
  for (const Value& value : set.values) {
    if (value.text.find(kRest) == std::string::npos) {
      result.values.push_back(value.type == Value::Type::List ? "Array" : value.text);
      continue;
    }
    if (result.known) {
      result.known = false;
      result.missing = "github.ref";
    }
    if (work_.tests != nullptr) {
      work_.tests->push_back({RefTest::Kind::Other, value.text, {}});
    }
  }
  return result;
}

/// Whether all values hold the mark of the run: then so does every text that they are a part of.
bool Resolver::is_per_run(const Values& values) const {
  return !scope_.per_run.empty() && values.known &&
         std::all_of(values.values.begin(), values.values.end(), [&](const std::string& value) {
           return value.find(scope_.per_run) != std::string::npos;
         });
}

Values Resolver::text(std::string_view text) const {
  Values result{{""}, true, {}};
  bool per_run = false;
  std::size_t at = 0;
  while (true) {
    const std::size_t open = text.find("${{", at);
    const std::string_view plain =
        text.substr(at, open == std::string_view::npos ? open : open - at);
    for (std::string& value : result.values) {
      value += plain;
    }
    if (open == std::string_view::npos) {
      return per_run ? Values{{scope_.per_run}, true, {}} : result;
    }
    const std::size_t close = expression_end(text, open + 3);
    if (close == std::string_view::npos) {
      return unknown("an expression that does not end");
    }
    const Values part = shown(evaluate(text::trim(text.substr(open + 3, close - open - 3))));
    per_run = per_run || is_per_run(part);
    Values next{{}, result.known && part.known, result.known ? part.missing : result.missing};
    for (const std::string& left : result.values) {
      for (const std::string& right : part.values) {
        next.values.push_back(left + right);
      }
    }
    if (next.values.size() > kMaxValues) {
      return unknown("more than 64 possible values");
    }
    result = std::move(next);
    at = close + 2;
  }
}

Scope Scope::caller() const {
  Scope outer = *this;
  outer.calls = calls - 1;
  outer.workflow = (*callers)[outer.calls].first;
  outer.job = (*callers)[outer.calls].second;
  outer.step = nullptr;
  outer.environments = {};
  outer.actions = nullptr;
  outer.action_depth = 0;
  return outer;
}

Scope Scope::action_user() const {
  Scope outer = *this;
  outer.action_depth = action_depth - 1;
  outer.step = (*actions)[outer.action_depth].step;
  return outer;
}

bool Values::contains(std::string_view value) const {
  return text::one_of(value, values);
}

bool has_expression(std::string_view text) {
  return text.find("${{") != std::string_view::npos;
}

std::vector<std::string_view> expressions_of(std::string_view text) {
  std::vector<std::string_view> found;
  for (std::size_t open = text.find("${{"); open != std::string_view::npos;
       open = text.find("${{", open + 3)) {
    const std::size_t close = expression_end(text, open + 3);
    if (close == std::string_view::npos) {
      break;
    }
    found.push_back(text::trim(text.substr(open + 3, close - open - 3)));
  }
  return found;
}

Values resolve(std::string_view text, const Scope& scope, std::vector<RefTest>* tests) {
  Work work{tests};
  Values values = Resolver(scope, work).text(text);
  std::sort(values.values.begin(), values.values.end());
  values.values.erase(std::unique(values.values.begin(), values.values.end()), values.values.end());
  return values;
}

std::optional<std::string_view> whole_expression(std::string_view condition) {
  if (!has_expression(condition)) {
    return text::trim(condition);
  }
  const bool whole =
      condition.starts_with("${{") && expression_end(condition, 3) + 2 == condition.size();
  return whole ? std::optional(text::trim(condition.substr(3, condition.size() - 5)))
               : std::nullopt;
}

bool may_hold(std::string_view condition, const Scope& scope, std::vector<RefTest>* tests) {
  const auto expression = whole_expression(condition);
  Work work{tests};
  return !expression || expression->empty() ||
         Resolver(scope, work).evaluate(*expression).may_be_true();
}

bool must_hold(std::string_view condition, const Scope& scope) {
  const auto expression = whole_expression(condition);
  Work work;
  work.all_is_well = true;
  return !expression || expression->empty() ||
         !Resolver(scope, work).evaluate(*expression).may_be_false();
}

}  // namespace muster::workflow
