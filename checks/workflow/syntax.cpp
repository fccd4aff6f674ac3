// Values against shapes, with an explicit stack.
#include "checks/workflow/syntax.h"

#include <algorithm>
#include <optional>
#include <set>

#include "checks/text/ascii.h"
#include "checks/text/did_you_mean.h"
#include "checks/workflow/fields.h"
#include "checks/workflow/resolver.h"
#include "checks/workflow/syntax_table.h"

namespace muster::workflow {
namespace {

using text::Node;
using text::Type;

/// A value that is still to be checked.
struct PendingValue {
  Node node;
  const Shape* shape = nullptr;
  SyntaxContext context;
};

/// One `${{ … }}` of a text, or the text between two.
struct Segment {
  std::string text;
  bool expression = false;
};

/// Cuts a text at its expressions. Errors: one that does not end.
Result<std::vector<Segment>> segments_of(std::string_view text) {
  std::vector<Segment> segments;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t open = std::min(text.find("${{", at), text.size());
    if (open > at) {
      segments.push_back({std::string(text.substr(at, open - at)), false});
    }
    if (open == text.size()) {
      break;
    }
    const std::size_t close = expression_end(text, open + 3);
    if (close == std::string_view::npos) {
      return Error{ErrorCode::Invalid, "`${{` is not closed by `}}`", {}};
    }
    segments.push_back({std::string(text::trim(text.substr(open + 3, close - open - 3))), true});
    at = close + 2;
  }
  return segments;
}

bool is_insert(const Segment& segment) {
  return segment.expression && segment.text.starts_with("insert") &&
         (segment.text.size() == 6 || segment.text[6] == ' ');
}

/// What a text with expressions is: text after all (`${{ 'x' }}`), or a value of the run.
struct ReadScalar {
  std::optional<std::string> literal;
  bool insert = false;
};

/// `'it''s'`, when the whole expression is that.
std::optional<std::string> string_literal(const ParsedExpression& expression) {
  const bool only =
      expression.steps.size() == 1 && expression.steps[0].kind == ExpressionStep::Kind::String;
  return only ? std::optional(expression.steps[0].text) : std::nullopt;
}

Result<ReadScalar> read_expressions(std::string_view text, const SyntaxContext& context) {
  MUSTER_TRY(const auto segments, segments_of(text));
  const OwnVocabulary vocabulary(context);
  ReadScalar read;
  for (const Segment& segment : segments) {
    if (!segment.expression) {
      continue;
    }
    if (is_insert(segment)) {
      if (segments.size() > 1 || segment.text != "insert") {
        return Error{ErrorCode::Invalid, "`insert` must stand alone in `${{ }}`", {}};
      }
      read.insert = true;
      continue;
    }
    MUSTER_TRY(const auto parsed, parse_expression(segment.text, vocabulary.view()));
    if (segments.size() == 1) {
      read.literal = string_literal(parsed);
    }
  }
  return read;
}

/// A text's scalar in the file: whether the shape has it as text.
bool takes_text(const Shape& shape, std::string_view text) {
  return shape.text || (shape.filled_text && !text.empty()) || text::one_of(text, shape.constants);
}

/// Whether a scalar fits, as what it is or as its text.
bool takes_scalar(const Shape& shape, const Node& node) {
  return (node.is(Type::Null) && shape.null) || (node.is(Type::Bool) && shape.boolean) ||
         (node.is(Type::Number) && shape.number) ||
         takes_text(shape, node.is(Type::Null) ? std::string_view() : node.text());
}

std::string expected_words(const Shape& shape) {
  std::vector<std::string> words;
  for (const std::string& constant : shape.constants) {
    words.push_back("`" + constant + "`");
  }
  for (const auto& [there, word] :
       {std::pair(shape.text || shape.filled_text, "text"), std::pair(shape.boolean, "a boolean"),
        std::pair(shape.number, "a number"), std::pair(shape.items != nullptr, "a list"),
        std::pair(!shape.mappings.empty(), "a mapping"), std::pair(shape.null, "nothing")}) {
    if (there) {
      words.emplace_back(word);
    }
  }
  std::string text;
  for (std::size_t i = 0; i < words.size() && i < 8; ++i) {
    text += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
  }
  return text;
}

Error refused(const Node& node, const Shape& shape) {
  const bool scalar = !node.is(Type::Mapping) && !node.is(Type::Sequence);
  const std::string found = scalar && !node.is(Type::Null)
                                ? "`" + text::shortened(node.text(), 80) + "`"
                                : to_string(node.type());
  return invalid(node, "expected " + expected_words(shape) + ", found " + found);
}

class SyntaxChecker {
 public:
  Status check(const Node& root);

 private:
  Status scalar(const PendingValue& value) const;
  Status mapping(const PendingValue& value);
  Status well_known(const PendingValue& value);
  Status entry(const PendingValue& value, std::size_t index,
               std::vector<const ShapeKeys*>& candidates, bool& has_expression_key);
  Status one_left(const PendingValue& value, const std::vector<const ShapeKeys*>& candidates) const;
  Status expression_key(const Node& key, const SyntaxContext& context) const;
  void later(const Node& node, const Shape* shape, const SyntaxContext& context);

  std::vector<PendingValue> waiting_;
  /// Pushed while one mapping is looked at; turned round, so that the first key comes first.
  std::vector<PendingValue> next_;
};

void SyntaxChecker::later(const Node& node, const Shape* shape, const SyntaxContext& context) {
  next_.push_back({node, shape, context.with(shape->context)});
}

Status SyntaxChecker::scalar(const PendingValue& value) const {
  if (!value.node.is(Type::String) || !has_expression(value.node.text())) {
    return takes_scalar(*value.shape, value.node) ? Status(Done{})
                                                  : refused(value.node, *value.shape);
  }
  const auto read = read_expressions(value.node.text(), value.context);
  if (!read) {
    return invalid(value.node, read.error().message);
  }
  if (read.value().literal) {
    return takes_text(*value.shape, *read.value().literal) ? Status(Done{})
                                                           : refused(value.node, *value.shape);
  }
  if (value.context.names.empty() || read.value().insert) {
    return invalid(value.node, "an expression cannot stand here");
  }
  return Done{};
}

Status SyntaxChecker::expression_key(const Node& key, const SyntaxContext& context) const {
  const auto read = read_expressions(key.text(), context);
  if (!read) {
    return invalid(key, read.error().message);
  }
  return context.names.empty() ? Status(invalid(key, "an expression cannot stand here"))
                               : Status(Done{});
}

/// One key among kinds of mappings: those that lack it fall away.
Status SyntaxChecker::entry(const PendingValue& value, std::size_t index,
                            std::vector<const ShapeKeys*>& candidates, bool& has_expression_key) {
  const Node key = value.node.key_at(index);
  if (has_expression(key.text())) {
    has_expression_key = true;
    MUSTER_CHECK_OK(expression_key(key, value.context));
    later(value.node.at(index), syntax_table().any, value.context);
    return Done{};
  }
  const Shape* found = nullptr;
  const auto lacks = [&](const ShapeKeys* one) { return !one->keys.contains(key.text()); };
  for (const ShapeKeys* candidate : candidates) {
    found = lacks(candidate) ? found : candidate->keys.find(key.text())->second.value;
  }
  if (found != nullptr) {
    std::erase_if(candidates, lacks);
  } else {
    found = candidates.front()->rest;
  }
  if (found == nullptr) {
    std::vector<std::string_view> known;
    for (const ShapeKeys* candidate : candidates) {
      for (const auto& [name, one] : candidate->keys) {
        known.emplace_back(name);
      }
    }
    return invalid(key, "unknown key `" + std::string(key.text()) + "`" +
                            text::did_you_mean(key.text(), known));
  }
  later(value.node.at(index), found, value.context);
  return Done{};
}

Status SyntaxChecker::one_left(const PendingValue& value,
                               const std::vector<const ShapeKeys*>& candidates) const {
  std::string needed;
  for (const ShapeKeys* candidate : candidates) {
    for (const auto& [name, key] : candidate->keys) {
      if (key.required && !value.node.find(name)) {
        needed += (needed.empty() ? "`" : candidates.size() > 1 ? ", `" : " and `") + name + "`";
      }
    }
  }
  if (candidates.size() > 1) {
    return invalid(value.node, "this needs one of " + needed);
  }
  return needed.empty() ? Status(Done{}) : Status(invalid(value.node, "this needs " + needed));
}

Status SyntaxChecker::mapping(const PendingValue& value) {
  std::vector<const ShapeKeys*> candidates = value.shape->mappings;
  if (candidates.empty()) {
    return refused(value.node, *value.shape);
  }
  const bool loose = candidates.size() == 1 && candidates[0]->keys.empty();
  bool has_expression_key = false;
  for (std::size_t i = 0; i < value.node.size(); ++i) {
    const Node key = value.node.key_at(i);
    if (!loose) {
      MUSTER_CHECK_OK(entry(value, i, candidates, has_expression_key));
      continue;
    }
    if (has_expression(key.text())) {
      MUSTER_CHECK_OK(expression_key(key, value.context));
    } else if (key.text().empty()) {
      return invalid(key, "a key cannot be empty");
    }
    later(value.node.at(i), candidates[0]->rest, value.context);
  }
  return loose || (has_expression_key && candidates.size() == 1) ? Status(Done{})
                                                                 : one_left(value, candidates);
}

Status SyntaxChecker::check(const Node& root) {
  waiting_.push_back({root, syntax_table().root, syntax_table().root->context});
  while (!waiting_.empty()) {
    const PendingValue value = std::move(waiting_.back());
    waiting_.pop_back();
    next_.clear();
    if (value.node.is(Type::Mapping)) {
      MUSTER_CHECK_OK(mapping(value));
    } else if (value.node.is(Type::Sequence)) {
      if (value.shape->items == nullptr) {
        return refused(value.node, *value.shape);
      }
      for (std::size_t i = 0; i < value.node.size(); ++i) {
        later(value.node.at(i), value.shape->items, value.context);
      }
    } else {
      MUSTER_CHECK_OK(scalar(value));
    }
    waiting_.insert(waiting_.end(), std::make_move_iterator(next_.rbegin()),
                    std::make_move_iterator(next_.rend()));
  }
  return Done{};
}

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    result += c == '\'' || c == '{' || c == '}' ? std::string(2, c) : std::string(1, c);
  }
  return result;
}

/// The expression that a text with expressions in it stands for.
std::string as_one_expression(const std::vector<Segment>& segments) {
  std::string pattern;
  std::string arguments;
  std::size_t count = 0;
  for (const Segment& segment : segments) {
    if (segment.expression) {
      pattern += "{" + std::to_string(count++) + "}";
      arguments += ", " + segment.text;
    } else {
      pattern += escaped(segment.text);
    }
  }
  return "format('" + pattern + "'" + arguments + ")";
}

}  // namespace

Status check_syntax(const Node& root) {
  return SyntaxChecker().check(root);
}

Result<std::string> normalised_condition(std::string_view text, bool of_job) {
  const OwnVocabulary vocabulary(of_job ? syntax_table().job_if : syntax_table().step_if);
  std::string condition(text::trim(text));
  if (has_expression(text)) {
    MUSTER_TRY(const auto segments, segments_of(text));
    condition = segments.size() == 1 ? segments[0].text : as_one_expression(segments);
    MUSTER_TRY(const auto parsed, parse_expression(condition, vocabulary.view()));
    condition = segments.size() == 1 ? string_literal(parsed).value_or(condition) : condition;
  }
  if (condition.empty()) {
    return std::string("success()");
  }
  MUSTER_TRY(const auto parsed, parse_expression(condition, vocabulary.view()));
  return parsed.asks_for_status ? condition : "success() && (" + condition + ")";
}

}  // namespace muster::workflow
