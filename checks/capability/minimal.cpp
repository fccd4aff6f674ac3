// Merging keeps the meaning exactly: statements with the same effect and conditions that share
// their resources unite their actions, those that share their actions unite their resources.
#include "checks/capability/minimal.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "checks/policy/print.h"
#include "checks/text/ascii.h"

namespace muster::capability {
namespace {

using policy::Policy;
using policy::Statement;
using policy::Text;

/// A statement that is being built, and the names of what went into it.
struct Part {
  Statement statement;
  std::vector<std::string> names;
};

using List = std::optional<std::vector<Text>> Statement::*;

std::vector<std::string> sorted_values(const std::vector<Text>& texts) {
  std::set<std::string> values;
  for (const Text& text : texts) {
    values.insert(text.value);
  }
  return {values.begin(), values.end()};
}

/// The conditions and one list, as text: what two statements must share to be merged.
std::string key_of(const Statement& statement, List list) {
  Policy shape;
  shape.statements.push_back(statement);
  Statement& only = shape.statements.back();
  only.sid.reset();
  only.actions.emplace();
  only.resources.emplace();
  std::string key = print_policy(shape, text::JsonLayout::Compact);
  for (const std::string& value : sorted_values(*(statement.*list))) {
    key += "\n" + value;
  }
  return key;
}

void unite(std::vector<Text>& into, const std::vector<Text>& more) {
  for (const Text& text : more) {
    if (std::ranges::find(into, text.value, &Text::value) == into.end()) {
      into.push_back(text);
    }
  }
}

/// Merges the parts that share conditions and `shared`; `united` is put together.
std::vector<Part> merge(const std::vector<Part>& parts, List shared, List united) {
  std::vector<Part> merged;
  std::map<std::string, std::size_t> by_key;
  for (const Part& part : parts) {
    const auto [found, fresh] = by_key.emplace(key_of(part.statement, shared), merged.size());
    if (fresh) {
      merged.push_back(part);
      continue;
    }
    Part& into = merged[found->second];
    unite(*(into.statement.*united), *(part.statement.*united));
    for (const std::string& name : part.names) {
      if (!text::one_of(name, into.names)) {
        into.names.push_back(name);
      }
    }
  }
  return merged;
}

/// One name as it is, two joined; what works on `*` only says so.
std::string sid_of(const Part& part) {
  if (part.names.size() == 1) {
    return part.names.front();
  }
  const bool star =
      part.statement.resources->size() == 1 && part.statement.resources->front().value == "*";
  return star                     ? "Unscoped"
         : part.names.size() == 2 ? part.names[0] + part.names[1]
                                  : part.names[0] + "AndMore";
}

std::vector<Statement> merged_statements(const Expansion& expansion) {
  std::vector<Part> parts;
  for (const Grant& grant : expansion.grants) {
    const Statement& statement = grant.ways.front();
    parts.push_back({statement, {statement.sid->value}});
  }
  parts = merge(parts, &Statement::resources, &Statement::actions);
  parts = merge(parts, &Statement::actions, &Statement::resources);
  std::vector<Statement> statements;
  for (Part& part : parts) {
    part.statement.sid = Text{sid_of(part), part.statement.where};
    std::ranges::sort(*part.statement.actions, {}, &Text::value);
    statements.push_back(std::move(part.statement));
  }
  return statements;
}

Policy with(const std::vector<Statement>& statements) {
  Policy policy;
  policy.version = policy::Version::V2012_10_17;
  policy.statements = statements;
  return policy;
}

/// The statement, or halves of it that each fit into a policy; by resources first, then by actions.
std::vector<Statement> fitting(const Statement& statement, std::size_t limit) {
  std::vector<Statement> fit;
  std::vector<Statement> pending{statement};
  while (!pending.empty()) {
    Statement next = std::move(pending.back());
    pending.pop_back();
    const List cut = next.resources->size() > 1 ? &Statement::resources : &Statement::actions;
    std::vector<Text>& list = *(next.*cut);
    if (list.size() < 2 || policy_size(with({next})) <= limit) {
      fit.push_back(std::move(next));
      continue;
    }
    const auto middle = list.begin() + static_cast<std::ptrdiff_t>(list.size() / 2);
    Statement rest = next;
    (rest.*cut)->assign(middle, list.end());
    list.erase(middle, list.end());
    pending.push_back(std::move(rest));
    pending.push_back(std::move(next));
  }
  return fit;
}

void name_statements(Policy& policy) {
  std::map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < policy.statements.size(); ++i) {
    Statement& statement = policy.statements[i];
    statement.index = i;
    const std::size_t number = ++seen[statement.sid->value];
    if (number > 1) {
      statement.sid->value += std::to_string(number);
    }
  }
}

}  // namespace

std::size_t policy_size(const Policy& policy) {
  const std::string text = print_policy(policy, text::JsonLayout::Compact);
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::vector<Policy> minimal_policies(const Expansion& expansion, std::size_t limit) {
  std::vector<Policy> policies{with({})};
  for (const Statement& whole : merged_statements(expansion)) {
    for (Statement& statement : fitting(whole, limit)) {
      policies.back().statements.push_back(statement);
      if (policies.back().statements.size() > 1 && policy_size(policies.back()) > limit) {
        policies.back().statements.pop_back();
        policies.push_back(with({std::move(statement)}));
      }
    }
  }
  std::ranges::for_each(policies, name_statements);
  return policies;
}

}  // namespace muster::capability
