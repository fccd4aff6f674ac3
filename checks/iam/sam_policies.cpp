// Read once; the data file is part of the program, so a mistake in it is a mistake of the build.
#include "checks/iam/sam_policies.h"

#include <algorithm>
#include <cassert>
#include <utility>
#include <vector>

#include "checks/core/rule.h"
#include "checks/text/ascii.h"
#include "checks/text/tree.h"

namespace muster::iam {
namespace {

using text::Node;

const text::Tree& sam_data() {
  static constexpr std::string_view kName = "sam-policy-templates.json";
  static const text::Tree kTree = [] {
    auto tree = text::parse_json(std::string(data_file(kName)), SourceId(std::string(kName)));
    assert(tree.ok());
    return std::move(tree).value();
  }();
  return kTree;
}

/// A text with the values in the place of `{Name}`. The values are not looked into.
std::string sam_text(std::string_view pattern, const SamFilling& filling) {
  std::string made;
  for (std::size_t open = pattern.find('{'); open != std::string_view::npos;
       open = pattern.find('{')) {
    const std::size_t close = pattern.find('}', open);
    const std::string_view name = pattern.substr(open + 1, close - open - 1);
    made += pattern.substr(0, open);
    made += name == "partition" ? "aws"
            : name == "region"  ? filling.region
            : name == "account" ? filling.account
                                : filling.parameters.find(name)->second;
    pattern.remove_prefix(close + 1);
  }
  return made.append(pattern);
}

std::vector<policy::Text> sam_texts(const Node& list, const SamFilling& filling) {
  std::vector<policy::Text> texts;
  for (std::size_t i = 0; i < list.size(); ++i) {
    texts.push_back({sam_text(list.at(i).text(), filling), filling.where});
  }
  return texts;
}

policy::Condition sam_condition(const Node& node, const SamFilling& filling) {
  policy::Condition condition;
  condition.op.kind = policy::OperatorKind::StringEquals;
  condition.op.name = {std::string(node.find("operator")->text()), filling.where};
  condition.key = {std::string(node.find("key")->text()), filling.where};
  condition.values = sam_texts(*node.find("values"), filling);
  condition.where = filling.where;
  return condition;
}

policy::Statement sam_statement(const Node& node, const SamFilling& filling) {
  policy::Statement statement;
  statement.effect = policy::Effect::Allow;
  statement.actions = sam_texts(*node.find("actions"), filling);
  statement.resources = sam_texts(*node.find("resources"), filling);
  statement.where = filling.where;
  const auto conditions = node.find("conditions");
  for (std::size_t i = 0; conditions && i < conditions->size(); ++i) {
    statement.conditions.push_back(sam_condition(conditions->at(i), filling));
  }
  return statement;
}

/// What is wrong with the parameters; empty when nothing is.
std::string sam_problem(const Node& wanted, const SamFilling& filling) {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    names.push_back(wanted.at(i).text());
    if (!filling.parameters.contains(names.back())) {
      return "needs the parameter `" + std::string(names.back()) + "`";
    }
  }
  for (const auto& [name, value] : filling.parameters) {
    if (!text::one_of(name, names)) {
      return "has no parameter `" + name + "`";
    }
  }
  return {};
}

}  // namespace

Result<policy::Policy> sam_policy(std::string_view name, const SamFilling& filling) {
  const auto found = sam_data().root().find("templates")->find(name);
  const std::string shown = "SAM's policy template `" + std::string(name) + "`";
  if (!found) {
    return Error{ErrorCode::Invalid,
                 shown + " is not known (list of " + std::string(sam_policies_date()) + ")",
                 filling.where};
  }
  if (const std::string why = sam_problem(*found->find("parameters"), filling); !why.empty()) {
    return Error{ErrorCode::Invalid, shown + " " + why, filling.where};
  }
  // SAM writes no `Version`.
  policy::Policy policy;
  policy.version = policy::Version::V2008_10_17;
  policy.where = filling.where;
  const Node statements = *found->find("statements");
  for (std::size_t i = 0; i < statements.size(); ++i) {
    policy.statements.push_back(sam_statement(statements.at(i), filling));
    policy.statements.back().index = i;
  }
  return policy;
}

std::string_view sam_policies_date() {
  return sam_data().root().find("date")->text();
}

}  // namespace muster::iam
