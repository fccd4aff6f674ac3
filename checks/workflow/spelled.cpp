// Only names that stand alone in an expression are replaced: `${{ env.TAG || 'x' }}` stays.
#include "checks/workflow/spelled.h"

#include <algorithm>
#include <array>
#include <optional>

#include "checks/text/ascii.h"
#include "checks/workflow/resolver.h"

namespace muster::workflow {
namespace {

/// Variables inside variables that are followed.
constexpr int kMostSpelled = 6;
/// Variables of one text that are followed, all together: each may name several.
constexpr int kMostNames = 32;

/// A text and where the names in it are looked up.
struct Spelling {
  std::string text;
  Scope scope;
};

std::optional<Spelling> variable_in(std::string_view name, const Scope& scope) {
  for (const auto* entries : {scope.step != nullptr ? &scope.step->env : nullptr,
                              scope.job != nullptr ? &scope.job->env : nullptr,
                              scope.workflow != nullptr ? &scope.workflow->env : nullptr}) {
    const Text* found = entries != nullptr ? find_value(*entries, name) : nullptr;
    if (found != nullptr) {
      return Spelling{found->value, scope};
    }
  }
  return std::nullopt;
}

std::optional<Spelling> input_in(std::string_view name, const Scope& scope) {
  if (scope.action_depth > 0) {
    const Scope user = scope.action_user();
    const Text* given = user.step->input(name);
    return given != nullptr ? std::optional(Spelling{given->value, user}) : std::nullopt;
  }
  if (scope.calls > 0) {
    const Scope caller = scope.caller();
    const Text* given = find_value(caller.job->with, name);
    return given != nullptr ? std::optional(Spelling{given->value, caller}) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<Spelling> meaning_of(std::string_view expression, const Scope& scope) {
  const bool plain = std::all_of(expression.begin(), expression.end(), [](char c) {
    return text::is_word_char(c) || c == '.' || c == '-';
  });
  if (plain && expression.starts_with("env.")) {
    return variable_in(expression.substr(4), scope);
  }
  return plain && expression.starts_with("inputs.") ? input_in(expression.substr(7), scope)
                                                    : std::nullopt;
}

std::string spelled_to(std::string_view text, const Scope& scope, int depth, int& left) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = std::min(text.find("${{", at), text.size());
    const std::size_t end =
        begin < text.size() ? expression_end(text, begin + 3) : std::string_view::npos;
    result += text.substr(at, begin - at);
    if (end == std::string_view::npos) {
      result += text.substr(begin);
      break;
    }
    const std::string_view expression = text::trim(text.substr(begin + 3, end - begin - 3));
    const bool follow = depth < kMostSpelled && left > 0;
    const auto meaning = follow ? meaning_of(expression, scope) : std::nullopt;
    left -= meaning ? 1 : 0;
    result += meaning ? spelled_to(meaning->text, meaning->scope, depth + 1, left)
                      : "${{" + std::string(expression) + "}}";
    at = end + 2;
  }
  return result;
}

}  // namespace

std::string spelled(std::string_view text, const Scope& scope) {
  int left = kMostNames;
  return spelled_to(text, scope, 0, left);
}

std::string spelled_word(std::string_view word, const Scope& scope) {
  const auto text = word_as_text(word, script_of(scope));
  return text ? spelled(*text, scope) : std::string(word);
}

bool says_the_same(std::string_view spelled) {
  static constexpr std::array<std::string_view, 5> kOfTheRun = {"github.", "vars.", "secrets.",
                                                                "needs.", "inputs."};
  const auto expressions = expressions_of(spelled);
  const auto dollars = static_cast<std::size_t>(std::count(spelled.begin(), spelled.end(), '$'));
  return dollars == expressions.size() &&
         std::all_of(expressions.begin(), expressions.end(), [](std::string_view expression) {
           return std::any_of(kOfTheRun.begin(), kOfTheRun.end(), [&](std::string_view context) {
             return expression.starts_with(context);
           });
         });
}

}  // namespace muster::workflow
