// `Condition`: an object from operator to an object from key to values.
#include "checks/policy/operators.h"
#include "checks/policy/read.h"

namespace muster::policy {
namespace {

using text::Node;
using text::Type;

/// Booleans and numbers count as their text.
bool is_value(const Node& node) {
  return node.is(Type::String) || node.is(Type::Bool) || node.is(Type::Number);
}

Result<std::vector<Text>> read_values(const Node& node, std::string_view key) {
  if (is_value(node)) {
    return std::vector<Text>{text_of(node)};
  }
  if (!node.is(Type::Sequence)) {
    return invalid(node, "the values of `" + std::string(key) +
                             "` must be a string or a list of strings, found " + kind_of(node));
  }
  std::vector<Text> values;
  values.reserve(node.size());
  for (std::size_t i = 0; i < node.size(); ++i) {
    if (!is_value(node.at(i))) {
      return invalid(node.at(i), "a value of `" + std::string(key) + "` must be a string, found " +
                                     kind_of(node.at(i)));
    }
    values.push_back(text_of(node.at(i)));
  }
  return values;
}

SourceRef joined(const SourceRef& from, const SourceRef& to) {
  return {from.source, {from.span.line, from.span.column, to.span.end_line, to.span.end_column}};
}

Status read_clauses(const Node& operator_key, const Node& keys, std::vector<Condition>& out) {
  if (!keys.is(Type::Mapping)) {
    return invalid(keys, "condition operator `" + std::string(operator_key.text()) +
                             "` must hold an object from condition key to values, found " +
                             kind_of(keys));
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const Node key = keys.key_at(i);
    Condition clause;
    clause.op = parse_operator(text_of(operator_key));
    clause.key = text_of(key);
    MUSTER_TRY(clause.values, read_values(keys.at(i), key.text()));
    clause.where = joined(key.where(), keys.at(i).where());
    out.push_back(std::move(clause));
  }
  return Done{};
}

}  // namespace

Result<std::vector<Condition>> read_conditions(const Node& node) {
  if (!node.is(Type::Mapping)) {
    return invalid(node, "`Condition` must be an object from operator to condition keys, found " +
                             kind_of(node));
  }
  std::vector<Condition> clauses;
  for (std::size_t i = 0; i < node.size(); ++i) {
    MUSTER_CHECK_OK(read_clauses(node.key_at(i), node.at(i), clauses));
  }
  return clauses;
}

}  // namespace muster::policy
