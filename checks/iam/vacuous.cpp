// Keys and clauses of guards.
#include "checks/iam/vacuous.h"

#include <algorithm>
#include <map>

namespace muster::iam {
namespace {

/// Name, and whether a variable stands in some value.
using Keys = std::map<std::string, bool>;

void add_keys(const policy::Statement& statement, Keys& keys) {
  for (const policy::Condition& clause : statement.conditions) {
    const bool variable = std::any_of(
        clause.values.begin(), clause.values.end(),
        [](const policy::Text& value) { return value.value.find("${") != std::string::npos; });
    bool& known = keys[policy::lower(clause.key.value)];
    known = known || variable;
  }
}

}  // namespace

std::vector<ClauseKey> clause_keys(const Role& role, const policy::Statement& statement) {
  Keys keys;
  add_keys(statement, keys);
  for (const IdentityPolicy& identity : role.identity) {
    for (std::size_t i = 0; identity.policy && i < identity.policy->statements.size(); ++i) {
      if (identity.policy->statements[i].effect == policy::Effect::Deny) {
        add_keys(identity.policy->statements[i], keys);
      }
    }
  }
  std::vector<ClauseKey> found;
  for (const auto& [name, variable] : keys) {
    found.push_back({name, variable});
  }
  return found;
}

const policy::Condition* clause_on(const policy::Statement& statement,
                                   const std::vector<ClauseKey>& keys) {
  for (const policy::Condition& clause : statement.conditions) {
    const std::string name = policy::lower(clause.key.value);
    const bool wanted = std::any_of(keys.begin(), keys.end(),
                                    [&](const ClauseKey& key) { return key.name == name; });
    if (wanted && clause.op.kind != policy::OperatorKind::Null) {
      return &clause;
    }
  }
  return nullptr;
}

}  // namespace muster::iam
