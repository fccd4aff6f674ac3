#include "checks/workflow/shell_test.h"

#include <algorithm>
#include <array>
#include <utility>

#include "checks/text/ascii.h"

namespace muster::workflow {
namespace {

using TestWords = std::vector<std::string>;

bool has_expansion(std::string_view word) {
  return word.find_first_of("$`") != std::string_view::npos;
}

ShellTest constant_test(bool truth) {
  ShellTest test;
  test.kind = ShellTest::Kind::Constant;
  test.truth = truth;
  return test;
}

/// A variable, or `$?`, beside a text without expansions.
std::optional<ShellTest> variable_test(const std::string& left, const std::string& text) {
  if (has_expansion(text) || text.find_first_of("*?[") != std::string::npos) {
    return std::nullopt;
  }
  ShellTest test;
  if (left == "$?" && text == "0") {
    test.kind = ShellTest::Kind::Status;
    return test;
  }
  test.kind = ShellTest::Kind::Equals;
  test.variable = variable_name(left);
  test.text = text;
  return test.variable.empty() ? std::nullopt : std::optional(test);
}

/// The end of the expansion that begins with `$` at `at`; `npos` when that cannot be told.
std::size_t end_of_expansion(std::string_view word, std::size_t at) {
  for (const std::string_view pair : {"{}", "()"}) {
    if (word.substr(at + 1, 1) != pair.substr(0, 1)) {
      continue;
    }
    std::size_t depth = 0;
    for (std::size_t i = at + 1; i < word.size(); ++i) {
      depth += word[i] == pair[0] ? 1U : 0U;
      depth -= word[i] == pair[1] ? 1U : 0U;
      if (depth == 0) {
        return i + 1;
      }
    }
    return std::string_view::npos;
  }
  std::size_t end = at + 1;
  while (end < word.size() && text::is_word_char(word[end])) {
    ++end;
  }
  return end == at + 1 ? std::min(end + 1, word.size()) : end;
}

/// Whether there is text beside the expansions, so that the word is never empty: `$code == 200` in
/// quotes.
bool is_never_empty(std::string_view word) {
  std::size_t at = 0;
  while (at < word.size() && word[at] == '$') {
    at = end_of_expansion(word, at);
  }
  return at < word.size() && word[at] != '`' && word.find('`') == std::string_view::npos;
}

std::optional<ShellTest> one_operand(const TestWords& operands) {
  const std::string& word = operands.back();
  const bool empty = operands.size() == 2 && operands[0] == "-z";
  const bool filled = operands.size() == 1 || operands[0] == "-n";
  if (!empty && !filled) {
    return std::nullopt;
  }
  if (!has_expansion(word)) {
    return constant_test(word.empty() == empty);
  }
  if (is_never_empty(word)) {
    return constant_test(!empty);
  }
  auto test = variable_test(word, "");
  if (test) {
    test->negated = filled;
  }
  return test;
}

std::optional<ShellTest> two_operands(const TestWords& operands) {
  static constexpr std::array<std::string_view, 3> kSame = {"=", "==", "-eq"};
  static constexpr std::array<std::string_view, 2> kOther = {"!=", "-ne"};
  const bool status = operands[1] == "-gt" && operands[2] == "0";
  const bool differs = status || text::one_of(operands[1], kOther);
  if (!differs && !text::one_of(operands[1], kSame)) {
    return std::nullopt;
  }
  if (!has_expansion(operands[0]) && !has_expansion(operands[2])) {
    return constant_test((operands[0] == operands[2]) != differs);
  }
  auto test = variable_test(operands[0], operands[2]);
  test = test ? test : variable_test(operands[2], operands[0]);
  if (test) {
    test->negated = differs;
  }
  return test;
}

/// `((rc == 0))`, `((rc))`
std::optional<ShellTest> arithmetic_test(std::string_view text) {
  text.remove_prefix(2);
  text.remove_suffix(text.ends_with("))") ? 2 : 0);
  TestWords operands;
  for (const std::string_view op : {"==", "!="}) {
    if (const std::size_t at = text.find(op); at != std::string_view::npos) {
      std::string left(text::trim(text.substr(0, at)));
      left = left.starts_with('$') ? left : "$" + left;
      return two_operands(
          {left, std::string(op), std::string(text::trim(text.substr(at + op.size())))});
    }
  }
  return std::nullopt;
}

}  // namespace

std::string variable_name(std::string_view word) {
  if (!word.starts_with('$')) {
    return {};
  }
  word.remove_prefix(1);
  if (word.starts_with('{') && word.ends_with('}')) {
    word = word.substr(1, word.size() - 2);
  }
  const bool plain = !word.empty() && !(word[0] >= '0' && word[0] <= '9') &&
                     word.find_first_not_of(
                         "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                         "0123456789_") == std::string_view::npos;
  return plain ? std::string(word) : std::string();
}

std::optional<ShellTest> read_test(const TestWords& words) {
  if (words.empty()) {
    return std::nullopt;
  }
  const std::string& program = words[0];
  std::optional<ShellTest> found;
  TestWords operands(words.begin() + 1, words.end());
  if (program.starts_with("((")) {
    found = arithmetic_test(program);
  } else if (program == "[" || program == "[[") {
    if (!operands.empty()) {
      operands.pop_back();
    }
  } else if (program != "test") {
    return std::nullopt;
  }
  bool negated = false;
  while (operands.size() > 1 && operands[0] == "!") {
    negated = !negated;
    operands.erase(operands.begin());
  }
  if (operands.size() == 1 || operands.size() == 2) {
    found = one_operand(operands);
  } else if (operands.size() == 3) {
    found = two_operands(operands);
  }
  ShellTest test = std::move(found).value_or(ShellTest());
  test.negated = test.negated != negated;
  test.words = words;
  return test;
}

}  // namespace muster::workflow
