// Names are put together from the parsed expression, so that `a['b'].c` and `a.b.c` are one.
#include "checks/workflow/mentions.h"

#include <algorithm>
#include <array>

#include "checks/text/ascii.h"
#include "checks/workflow/expression.h"
#include "checks/workflow/grammar.h"

namespace muster::workflow {
namespace {

using NameKind = ExpressionStep::Kind;

/// What one value of the expression is made of: a name that may go on, or a literal.
struct Operand {
  std::string name;
  std::string literal;
  bool is_literal = false;
};

/// Ends a name: nothing is added to it any more.
void finish(Operand& operand, std::vector<std::string>& names) {
  if (!operand.name.empty()) {
    names.push_back(std::move(operand.name));
  }
  operand = {};
}

/// `value.index`: the name goes on, or ends when the index is computed.
Operand indexed(Operand value, Operand index, std::vector<std::string>& names) {
  if (!value.name.empty() && index.is_literal) {
    value.name += "." + text::lower(index.literal);
  } else if (!value.name.empty()) {
    value.name += ".*";
  }
  finish(index, names);
  return value;
}

void take_step(const ExpressionStep& step, std::vector<Operand>& stack,
               std::vector<std::string>& names) {
  if (step.operands > stack.size()) {
    return;
  }
  if (step.kind == NameKind::Index) {
    Operand index = std::move(stack.back());
    stack.pop_back();
    stack.back() = indexed(std::move(stack.back()), std::move(index), names);
    return;
  }
  if (step.kind == NameKind::Star) {
    stack.back().name += stack.back().name.empty() ? "" : ".*";
    return;
  }
  for (std::size_t i = 0; i < step.operands; ++i) {
    finish(stack.back(), names);
    stack.pop_back();
  }
  const bool literal = step.kind == NameKind::String;
  stack.push_back(
      {step.kind == NameKind::Context ? step.text : "", literal ? step.text : "", literal});
}

void add_names(std::string_view expression, std::vector<std::string>& names) {
  const auto parsed = parse_expression(expression, whole_vocabulary());
  if (!parsed.ok()) {
    return;
  }
  std::vector<Operand> stack;
  for (const ExpressionStep& step : parsed.value().steps) {
    take_step(step, stack, names);
  }
  for (Operand& operand : stack) {
    finish(operand, names);
  }
}

}  // namespace

std::vector<std::string> names_read(std::string_view text, bool bare) {
  std::vector<std::string> names;
  if (bare && !has_expression(text)) {
    add_names(text::trim(text), names);
  }
  for (const std::string_view expression : expressions_of(text)) {
    add_names(expression, names);
  }
  return names;
}

std::vector<std::string> texts_in(std::string_view condition) {
  const auto expression = whole_expression(condition);
  const auto parsed = parse_expression(expression.value_or(""), whole_vocabulary());
  std::vector<std::string> texts;
  for (const ExpressionStep& step :
       parsed.ok() ? parsed.value().steps : std::vector<ExpressionStep>()) {
    if (step.kind == ExpressionStep::Kind::String) {
      texts.push_back(step.text);
    }
  }
  return texts;
}

bool reads(const std::vector<std::string>& names, std::string_view name) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& read) {
    const std::string_view open =
        read.ends_with(".*") ? std::string_view(read).substr(0, read.size() - 2) : read;
    return read == name || read.starts_with(std::string(name) + ".") ||
           name.starts_with(std::string(open) + ".");
  });
}

std::string step_texts(const Step& step) {
  std::string all = step.run.value;
  for (const auto* entries : {&step.env, &step.with}) {
    for (const Entry& entry : *entries) {
      all += "\n" + entry.value.value;
    }
  }
  return all;
}

std::vector<ReadingText> reading_texts(const text::Node& node, const std::string& path) {
  struct Waiting {
    text::Node node;
    std::string path;
    bool bare = false;
  };

  std::vector<ReadingText> found;
  std::vector<Waiting> waiting{{node, path, false}};
  while (!waiting.empty()) {
    const Waiting item = std::move(waiting.back());
    waiting.pop_back();
    if (item.node.is(text::Type::String)) {
      auto names = names_read(item.node.text(), item.bare);
      if (!names.empty()) {
        found.push_back(
            {item.path, {std::string(item.node.text()), item.node.where()}, std::move(names)});
      }
    }
    const bool mapping = item.node.is(text::Type::Mapping);
    const bool list = item.node.is(text::Type::Sequence);
    for (std::size_t i = mapping || list ? item.node.size() : 0; i-- > 0;) {
      const std::string key = mapping ? std::string(item.node.key_at(i).text()) : std::to_string(i);
      waiting.push_back({item.node.at(i), item.path + "." + key, key == "if"});
    }
  }
  return found;
}

}  // namespace muster::workflow
