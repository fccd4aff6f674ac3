// Expands expressions from left to right; `env` entries may hold expressions themselves, to a depth
// of eight.
#include "checks/workflow/expression.h"

#include <algorithm>

namespace muster::workflow {
namespace {

constexpr std::size_t kMaxValues = 64;
constexpr int kMaxDepth = 8;

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

char fold(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Names in expressions are compared without case.
bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return fold(x) == fold(y); });
}

bool has_prefix(std::string_view text, std::string_view prefix) {
  return text.size() > prefix.size() && same_name(text.substr(0, prefix.size()), prefix);
}

Values unknown(std::string_view what) {
  return {{}, false, std::string(what)};
}

Values one(std::string_view value) {
  return {{std::string(value)}, true, {}};
}

void add(Values& to, const Values& from) {
  to.values.insert(to.values.end(), from.values.begin(), from.values.end());
  std::sort(to.values.begin(), to.values.end());
  to.values.erase(std::unique(to.values.begin(), to.values.end()), to.values.end());
  if (!from.known && to.known) {
    to.known = false;
    to.missing = from.missing;
  }
}

const Variable* find(const std::vector<Variable>& variables, std::string_view name) {
  const auto found =
      std::find_if(variables.begin(), variables.end(),
                   [&](const Variable& variable) { return same_name(variable.name, name); });
  return found == variables.end() ? nullptr : &*found;
}

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

class Resolver {
 public:
  Resolver(const Scope& scope, int depth) : scope_(scope), depth_(depth) {}

  Values text(std::string_view text) const;

 private:
  Values expression(std::string_view text) const;
  Values term(std::string_view text) const;
  Values declared(std::string_view name, std::string_view shown) const;
  Values environment_variable(std::string_view name) const;
  Values input(std::string_view name) const;
  Values dispatch_input(std::string_view name) const;
  Values matrix(std::string_view name) const;

  const Scope& scope_;
  int depth_;
};

Values Resolver::declared(std::string_view name, std::string_view shown) const {
  if (scope_.intent != nullptr) {
    for (const IntentEnvironment& environment : scope_.intent->environments) {
      const Variable* found = find(environment.variables, name);
      if (found != nullptr && environment.name == scope_.environment) {
        return one(found->value);
      }
    }
    if (const Variable* found = find(scope_.intent->variables, name)) {
      return one(found->value);
    }
  }
  return unknown(shown);
}

Values Resolver::environment_variable(std::string_view name) const {
  static const std::vector<Entry> kNone;
  const auto& step = scope_.step != nullptr ? scope_.step->env : kNone;
  const auto& job = scope_.job != nullptr ? scope_.job->env : kNone;
  const auto& workflow = scope_.workflow != nullptr ? scope_.workflow->env : kNone;
  for (const std::vector<Entry>* entries : {&step, &job, &workflow}) {
    for (const Entry& entry : *entries) {
      if (same_name(entry.name.value, name)) {
        return depth_ < kMaxDepth ? Resolver(scope_, depth_ + 1).text(entry.value.value)
                                  : unknown("env." + std::string(name));
      }
    }
  }
  return declared(name, "env." + std::string(name));
}

Values Resolver::dispatch_input(std::string_view name) const {
  for (const Input& input : scope_.workflow->dispatch_inputs) {
    if (same_name(input.name.value, name) && input.type == "choice") {
      Values values;
      for (const Text& option : input.options) {
        add(values, one(option.value));
      }
      return values;
    }
    if (same_name(input.name.value, name) && input.type == "boolean") {
      return {{"false", "true"}, true, {}};
    }
  }
  return unknown("inputs." + std::string(name));
}

Values Resolver::input(std::string_view name) const {
  if (scope_.inputs != nullptr) {
    for (const auto& [key, values] : *scope_.inputs) {
      if (same_name(key, name)) {
        return values;
      }
    }
  }
  if (scope_.workflow == nullptr) {
    return unknown("inputs." + std::string(name));
  }
  for (const Input& input : scope_.workflow->call_inputs) {
    if (same_name(input.name.value, name) && scope_.inputs != nullptr && input.default_value) {
      return one(input.default_value->value);
    }
  }
  return dispatch_input(name);
}

Values Resolver::matrix(std::string_view name) const {
  if (scope_.job != nullptr) {
    for (const auto& [key, texts] : scope_.job->matrix) {
      if (same_name(key, name)) {
        Values values;
        for (const Text& text : texts) {
          add(values, Resolver(scope_, depth_ + 1).text(text.value));
        }
        return values;
      }
    }
  }
  return unknown("matrix." + std::string(name));
}

Values Resolver::term(std::string_view text) const {
  text = trim(text);
  if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'') {
    return one(text.substr(1, text.size() - 2));
  }
  if (has_prefix(text, "vars.")) {
    return declared(text.substr(5), text);
  }
  if (has_prefix(text, "secrets.")) {
    return declared(text.substr(8), text);
  }
  if (has_prefix(text, "env.")) {
    return environment_variable(text.substr(4));
  }
  if (has_prefix(text, "inputs.")) {
    return input(text.substr(7));
  }
  if (has_prefix(text, "github.event.inputs.")) {
    return input(text.substr(20));
  }
  if (has_prefix(text, "matrix.")) {
    return matrix(text.substr(7));
  }
  const bool repository = same_name(text, "github.repository");
  if (scope_.intent != nullptr && !scope_.intent->repository.empty() &&
      (repository || same_name(text, "github.repository_owner"))) {
    const std::string& name = scope_.intent->repository;
    return one(repository ? name : name.substr(0, name.find('/')));
  }
  return unknown(text);
}

/// `a || b || c`: any of them (an operand may be empty at run time). Other operators are not
/// understood.
Values Resolver::expression(std::string_view text) const {
  Values values;
  bool quoted = false;
  std::size_t begin = 0;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    const bool end = at == text.size();
    quoted = !end && text[at] == '\'' ? !quoted : quoted;
    if (end || (!quoted && text.substr(at).starts_with("||"))) {
      add(values, term(text.substr(begin, at - begin)));
      begin = at + 2;
      ++at;
    }
  }
  return values;
}

Values Resolver::text(std::string_view text) const {
  if (depth_ > kMaxDepth) {
    return unknown("a chain of more than eight variables");
  }
  Values result = one("");
  std::size_t at = 0;
  while (true) {
    const std::size_t open = text.find("${{", at);
    const std::string_view plain =
        text.substr(at, open == std::string_view::npos ? open : open - at);
    for (std::string& value : result.values) {
      value += plain;
    }
    if (open == std::string_view::npos) {
      return result;
    }
    const std::size_t close = expression_end(text, open + 3);
    if (close == std::string_view::npos) {
      return unknown("an expression that does not end");
    }
    const Values part = expression(text.substr(open + 3, close - open - 3));
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

}  // namespace

bool has_expression(std::string_view text) {
  return text.find("${{") != std::string_view::npos;
}

Values resolve(std::string_view text, const Scope& scope) {
  Values values = Resolver(scope, 0).text(text);
  std::sort(values.values.begin(), values.values.end());
  values.values.erase(std::unique(values.values.begin(), values.values.end()), values.values.end());
  return values;
}

}  // namespace muster::workflow
