// Keys and clauses of guards.
#include "checks/iam/vacuous.h"

#include <algorithm>
#include <set>

namespace muster::iam {
namespace {

void add_keys(const policy::Statement& statement, std::set<std::string>& keys) {
  for (const policy::Condition& clause : statement.conditions) {
    keys.insert(policy::lower(clause.key.value));
  }
}

}  // namespace

std::vector<std::string> clause_keys(const Role& role, const policy::Statement& statement) {
  std::set<std::string> keys;
  add_keys(statement, keys);
  for (const IdentityPolicy& identity : role.identity) {
    for (std::size_t i = 0; identity.policy && i < identity.policy->statements.size(); ++i) {
      if (identity.policy->statements[i].effect == policy::Effect::Deny) {
        add_keys(identity.policy->statements[i], keys);
      }
    }
  }
  return {keys.begin(), keys.end()};
}

const policy::Condition* clause_on(const policy::Statement& statement,
                                   const std::vector<std::string>& keys) {
  const auto found = std::find_if(statement.conditions.begin(), statement.conditions.end(),
                                  [&](const policy::Condition& clause) {
                                    return std::find(keys.begin(), keys.end(),
                                                     policy::lower(clause.key.value)) != keys.end();
                                  });
  return found == statement.conditions.end() ? nullptr : &*found;
}

}  // namespace muster::iam
