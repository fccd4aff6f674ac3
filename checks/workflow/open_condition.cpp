// Texts are put together from the parsed form, so that `a['b'] == 'c'` and `'c' == a.b` are one.
#include "checks/workflow/open_condition.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "checks/text/ascii.h"
#include "checks/workflow/datum_text.h"
#include "checks/workflow/grammar.h"
#include "checks/workflow/resolver.h"

namespace muster::workflow {
namespace {

using StepKind = ExpressionStep::Kind;

bool joins(StepKind kind) {
  return kind == StepKind::And || kind == StepKind::Or || kind == StepKind::Not;
}

/// A value while the text of a part is put together.
struct Shown {
  std::string text;
  /// The name so far, when it is one that may go on.
  std::string path;
  const ExpressionStep* leaf = nullptr;
};

std::string shown_leaf(const ExpressionStep& step) {
  if (step.kind == StepKind::String) {
    std::string quoted = "'";
    for (const char c : step.text) {
      quoted += c == '\'' ? "''" : std::string(1, c);
    }
    return quoted + "'";
  }
  Datum datum;
  datum.kind = step.kind == StepKind::Bool     ? Datum::Kind::Bool
               : step.kind == StepKind::Number ? Datum::Kind::Number
                                               : Datum::Kind::Null;
  datum.boolean = step.boolean;
  datum.number = step.number;
  return datum.kind == Datum::Kind::Null ? "null" : shown(datum);
}

/// The sign of an operation with two or more operands.
std::string_view sign_of(StepKind kind) {
  static constexpr std::array<std::pair<StepKind, std::string_view>, 8> kOperations = {
      {{StepKind::Equal, " == "},
       {StepKind::NotEqual, " != "},
       {StepKind::Less, " < "},
       {StepKind::LessEqual, " <= "},
       {StepKind::Greater, " > "},
       {StepKind::GreaterEqual, " >= "},
       {StepKind::And, " && "},
       {StepKind::Or, " || "}}};
  const auto found = std::find_if(kOperations.begin(), kOperations.end(),
                                  [&](const auto& one) { return one.first == kind; });
  return found == kOperations.end() ? ", " : found->second;
}

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (text::lower(c) >= 'a' && text::lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

/// Puts the text of one expression together, and collects its names.
class PartWriter {
 public:
  void take(const ExpressionStep& step);

  [[nodiscard]] ConditionPart finish();

 private:
  Shown index(Shown value, Shown by);
  Shown operation(const ExpressionStep& step, std::vector<Shown> operands);

  void end_name(const Shown& value) {
    if (!value.path.empty()) {
      part_.names.push_back(value.path);
    }
  }

  std::vector<Shown> stack_;
  ConditionPart part_;
};

Shown PartWriter::index(Shown value, Shown by) {
  const bool literal = by.leaf != nullptr && by.leaf->kind == StepKind::String;
  const bool word = literal && is_word(by.leaf->text);
  end_name(by);
  value.text += word ? "." + text::lower(by.leaf->text) : "[" + by.text + "]";
  if (!value.path.empty()) {
    value.path += literal ? "." + text::lower(by.leaf->text) : ".?";
  }
  value.leaf = nullptr;
  return value;
}

Shown PartWriter::operation(const ExpressionStep& step, std::vector<Shown> operands) {
  for (const Shown& operand : operands) {
    end_name(operand);
  }
  if (step.kind == StepKind::Not) {
    return {"!(" + operands[0].text + ")", "", nullptr};
  }
  const bool call = step.kind == StepKind::Call;
  part_.reads_files = part_.reads_files || (call && step.text == "hashfiles");
  if (step.kind == StepKind::Equal && operands[0].path.empty() && !operands[1].path.empty()) {
    std::swap(operands[0], operands[1]);
  }
  const bool compares = step.kind == StepKind::Equal && !operands[0].path.empty() &&
                        operands[1].leaf != nullptr && operands[1].leaf->kind == StepKind::String;
  part_.name = compares ? operands[0].path : "";
  part_.literal = compares ? text::lower(operands[1].leaf->text) : "";
  std::string text = call ? step.text + "(" : "(";
  for (std::size_t i = 0; i < operands.size(); ++i) {
    text += i == 0 ? "" : sign_of(step.kind);
    text += operands[i].text;
  }
  return {text + ")", "", nullptr};
}

void PartWriter::take(const ExpressionStep& step) {
  if (step.operands == 0 && step.kind != StepKind::Call) {
    const bool context = step.kind == StepKind::Context;
    const std::string text = context ? step.text : shown_leaf(step);
    stack_.push_back({text, context ? step.text : "", context ? nullptr : &step});
    return;
  }
  std::vector<Shown> operands(stack_.end() - static_cast<std::ptrdiff_t>(step.operands),
                              stack_.end());
  stack_.resize(stack_.size() - step.operands);
  if (step.kind == StepKind::Index) {
    stack_.push_back(index(std::move(operands[0]), std::move(operands[1])));
  } else if (step.kind == StepKind::Star) {
    operands[0].text += ".*";
    operands[0].path += operands[0].path.empty() ? "" : ".*";
    stack_.push_back(std::move(operands[0]));
  } else {
    stack_.push_back(operation(step, std::move(operands)));
  }
}

ConditionPart PartWriter::finish() {
  end_name(stack_.back());
  std::string& text = stack_.back().text;
  const bool grouped = text.starts_with('(') && text.ends_with(')');
  part_.text = grouped ? text.substr(1, text.size() - 2) : text;
  const bool whole = !part_.name.empty() && grouped;
  part_.name = whole ? part_.name : "";
  return std::move(part_);
}

bool calls_status_function(const ExpressionStep& step) {
  const auto functions = status_functions();
  return step.kind == StepKind::Call &&
         std::any_of(functions.begin(), functions.end(),
                     [&](const ExtraFunction& one) { return one.name == step.text; });
}

/// The steps that make up the operands of the last one, in order.
std::vector<ParsedExpression> operands_of(const ParsedExpression& expression) {
  std::vector<std::pair<std::size_t, std::size_t>> stack;
  for (std::size_t i = 0; i + 1 < expression.steps.size(); ++i) {
    const std::size_t count = expression.steps[i].operands;
    const std::size_t begin = count == 0 ? i : stack[stack.size() - count].first;
    stack.resize(stack.size() - count);
    stack.emplace_back(begin, i + 1);
  }
  std::vector<ParsedExpression> found;
  for (const auto& [begin, end] : stack) {
    ParsedExpression one;
    one.steps.assign(expression.steps.begin() + static_cast<std::ptrdiff_t>(begin),
                     expression.steps.begin() + static_cast<std::ptrdiff_t>(end));
    one.asks_for_status = std::any_of(one.steps.begin(), one.steps.end(), calls_status_function);
    found.push_back(std::move(one));
  }
  return found;
}

ParsedExpression success_call() {
  ExpressionStep step;
  step.kind = StepKind::Call;
  step.text = "success";
  return {{step}, true};
}

ParsedExpression literal_bool(bool value) {
  ExpressionStep step;
  step.kind = StepKind::Bool;
  step.boolean = value;
  return {{step}, false};
}

/// What stands in an `if` as one expression; a text around `${{ }}` is always true. Nothing for
/// what does not parse.
std::optional<ParsedExpression> condition_expression(std::string_view condition) {
  const auto whole = whole_expression(condition);
  if (!whole) {
    ParsedExpression always = literal_bool(true);
    for (const std::string_view inner : expressions_of(condition)) {
      const auto parsed = parse_expression(inner, whole_vocabulary());
      always.asks_for_status =
          always.asks_for_status || (parsed.ok() && parsed.value().asks_for_status);
    }
    return always;
  }
  const std::string_view expression = *whole;
  if (expression.empty()) {
    return literal_bool(true);
  }
  auto parsed = parse_expression(expression, whole_vocabulary());
  return parsed.ok() ? std::optional(std::move(parsed.value())) : std::nullopt;
}

/// How the workflow before ended, for a run by `workflow_run`.
constexpr std::string_view kEndBefore = "github.event.workflow_run.conclusion";

/// `needs.<any>.result`: one property of one job or step, or of all (`*`).
bool is_property(std::string_view name, std::string_view context, std::string_view property) {
  const std::size_t first = name.find('.');
  const std::size_t last = name.rfind('.');
  return first != std::string_view::npos && name.substr(0, first) == context &&
         name.find('.', first + 1) == last && name.substr(last + 1) == property;
}

/// What a part is when all that it asks about ended well; nothing when it asks about more.
std::optional<bool> truth_after_success(const ConditionPart& part) {
  if (part.expression.steps.empty() ||
      !std::all_of(part.names.begin(), part.names.end(),
                   [](const std::string& name) { return name == kEndBefore || is_ending(name); })) {
    return std::nullopt;
  }
  DataPool pool;
  const Datum success = string_datum("success");
  std::set<std::string> ids;
  for (const std::string& name : part.names) {
    const std::size_t first = name.find('.') + 1;
    ids.insert(name.substr(first, name.find('.', first) - first));
  }
  Collection ended;
  for (const std::string& id : ids) {
    ended.add(id, pool.object({{"result", "outcome", "conclusion"}, {success, success, success}}));
  }
  const Datum all = pool.object(std::move(ended));
  const Datum job = pool.object({{"status"}, {success}});
  const Datum before = pool.object({{"conclusion"}, {success}});
  const Datum event = pool.object({{"workflow_run"}, {before}});
  const Datum github = pool.object({{"event"}, {event}});
  const Datum contexts =
      pool.object({{"needs", "steps", "job", "github"}, {all, all, job, github}});
  const auto value = calculate(part.expression, contexts, RunStatus::Success, pool);
  return value.ok() && is_truthy(value.value());
}

}  // namespace

bool is_ending(std::string_view name) {
  return name == "job.status" || is_property(name, "needs", "result") ||
         is_property(name, "steps", "outcome") || is_property(name, "steps", "conclusion");
}

std::size_t OpenCondition::add_part(ParsedExpression expression) {
  PartWriter writer;
  for (const ExpressionStep& step : expression.steps) {
    writer.take(step);
  }
  ConditionPart part = writer.finish();
  part.expression = std::move(expression);
  parts_.push_back(std::move(part));
  nodes_.push_back({StepKind::Context, {}, parts_.size() - 1});
  return nodes_.size() - 1;
}

/// Cuts an expression into joined parts. An operation is pending until its operands are there.
void OpenCondition::cut(const ParsedExpression& expression) {
  struct Pending {
    ParsedExpression expression;
    StepKind kind = StepKind::Context;
    std::size_t operands = 0;
    bool begun = false;
  };

  std::vector<Pending> todo;
  todo.push_back({expression});
  std::vector<std::size_t> done;
  while (!todo.empty()) {
    Pending next = std::move(todo.back());
    todo.pop_back();
    if (next.begun) {
      Node node{next.kind, {}, 0};
      node.kids.assign(done.end() - static_cast<std::ptrdiff_t>(next.operands), done.end());
      done.resize(done.size() - next.operands);
      nodes_.push_back(std::move(node));
      done.push_back(nodes_.size() - 1);
      continue;
    }
    ExpressionStep& last = next.expression.steps.back();
    const bool differs = last.kind == StepKind::NotEqual;
    if (!joins(last.kind) && !differs) {
      done.push_back(add_part(std::move(next.expression)));
      continue;
    }
    std::vector<ParsedExpression> operands;
    if (differs) {
      last.kind = StepKind::Equal;
      operands.push_back(std::move(next.expression));
    } else {
      operands = operands_of(next.expression);
    }
    const StepKind kind = differs ? StepKind::Not : last.kind;
    todo.push_back({{}, kind, operands.size(), true});
    for (auto operand = operands.rbegin(); operand != operands.rend(); ++operand) {
      todo.push_back({std::move(*operand)});
    }
  }
}

OpenCondition OpenCondition::parse(const std::string* text) {
  OpenCondition condition;
  const auto expression =
      text == nullptr ? std::optional(literal_bool(true)) : condition_expression(*text);
  if (!expression) {
    ConditionPart part;
    part.text = *text;
    part.names = {text::lower(*text)};
    condition.parts_.push_back(std::move(part));
    condition.nodes_.push_back({StepKind::Context, {}, 0});
    return condition;
  }
  condition.asks_for_status_ = expression->asks_for_status;
  if (condition.asks_for_status_) {
    condition.cut(*expression);
    return condition;
  }
  const std::size_t success = condition.add_part(success_call());
  condition.cut(*expression);
  const std::size_t rest = condition.nodes_.size() - 1;
  condition.nodes_.push_back({StepKind::And, {success, rest}, 0});
  return condition;
}

bool OpenCondition::holds(const Answer& answer) const {
  // Operations that are not decided yet, each with how many of its operands are.
  std::vector<std::pair<const Node*, std::size_t>> open{{&nodes_.back(), 0}};
  bool value = false;
  while (!open.empty()) {
    auto& [node, done] = open.back();
    const bool decided =
        done == node->kids.size() || (done > 0 && value == (node->kind == StepKind::Or));
    if (!decided) {
      open.emplace_back(&nodes_[node->kids[done++]], 0);
      continue;
    }
    if (node->kids.empty()) {
      value = answer(parts_[node->part]);
    } else if (node->kind == StepKind::Not) {
      value = !value;
    }
    open.pop_back();
  }
  return value;
}

/// When all ended well it is false, whatever is open; and not because it always is: it asked for a
/// failure, or holds when one of the endings is another one.
bool only_after_failure(const OpenCondition& condition) {
  bool asks = false;
  const auto holds_with = [&](bool open, const ConditionPart* other) {
    return condition.holds([&](const ConditionPart& part) {
      const std::optional<bool> known = truth_after_success(part);
      const bool status = part.expression.asks_for_status || !part.names.empty();
      asks = asks || (known == std::optional(false) && status);
      return known ? *known != (&part == other) : open;
    });
  };
  if (holds_with(true, nullptr) || holds_with(false, nullptr)) {
    return false;
  }
  return asks || std::any_of(condition.parts().begin(), condition.parts().end(),
                             [&](const ConditionPart& part) {
                               return !part.names.empty() && truth_after_success(part) &&
                                      (holds_with(true, &part) || holds_with(false, &part));
                             });
}

}  // namespace muster::workflow
