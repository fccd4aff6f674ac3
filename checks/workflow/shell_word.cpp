// Words of shell scripts as texts with expressions.
#include <algorithm>

#include "checks/text/ascii.h"
#include "checks/workflow/resolver.h"

namespace muster::workflow {
namespace {

/// Whether the script gives the variable a value: `X=`, `X+=`, `read X`, `for X in`.
bool is_assigned(std::string_view script, std::string_view variable) {
  for (std::size_t at = script.find(variable); at != std::string_view::npos;
       at = script.find(variable, at + 1)) {
    const std::string_view before = script.substr(0, at);
    const std::string_view behind = script.substr(at + variable.size());
    const bool whole = (before.empty() || !(text::is_word_char(before.back()) ||
                                            before.back() == '$' || before.back() == '{')) &&
                       (behind.empty() || !text::is_word_char(behind.front()));
    const std::string_view line = before.substr(before.find_last_of("\n;") + 1);
    const bool read = line.find("read ") != std::string_view::npos || line.ends_with("for ");
    if (whole && (read || behind.starts_with('=') || behind.starts_with("+="))) {
      return true;
    }
  }
  return false;
}

/// The expression that a default variable of the runner stands for; else the step's variable.
std::string as_expression(std::string_view variable) {
  constexpr std::string_view kDefault = "GITHUB_";
  if (!variable.starts_with(kDefault)) {
    return "${{ env." + std::string(variable) + " }}";
  }
  return "${{ github." + text::lower(variable.substr(kDefault.size())) + " }}";
}

/// A variable at `at` of the word, and where it ends; an empty name for other expansions.
struct Expansion {
  std::string_view name;
  std::size_t end = 0;
};

Expansion variable_at(std::string_view word, std::size_t at) {
  const bool braces = at + 1 < word.size() && word[at + 1] == '{';
  const std::size_t begin = at + (braces ? 2 : 1);
  std::size_t stop = begin;
  while (stop < word.size() && text::is_word_char(word[stop])) {
    ++stop;
  }
  if (braces && (stop == word.size() || word[stop] != '}')) {
    return {};
  }
  return {word.substr(begin, stop - begin), stop + (braces ? 1 : 0)};
}

}  // namespace

std::string_view script_of(const Scope& scope) {
  return scope.step != nullptr ? std::string_view(scope.step->run.value) : std::string_view();
}

std::optional<std::string> word_as_text(std::string_view word, std::string_view script) {
  std::string text;
  for (std::size_t at = 0; at < word.size();) {
    if (word.substr(at).starts_with("${{")) {
      const std::size_t close = std::min(expression_end(word, at + 3), word.size() - 2);
      text += word.substr(at, close + 2 - at);
      at = close + 2;
    } else if (word[at] == '$') {
      const Expansion variable = variable_at(word, at);
      if (variable.name.empty() || is_assigned(script, variable.name)) {
        return std::nullopt;
      }
      text += as_expression(variable.name);
      at = variable.end;
    } else {
      text += word[at++];
    }
  }
  return text;
}

Values resolve_word(std::string_view word, const Scope& scope) {
  const auto text = word_as_text(word, script_of(scope));
  return text ? resolve(*text, scope) : Values{{}, false, std::string(word)};
}

}  // namespace muster::workflow
