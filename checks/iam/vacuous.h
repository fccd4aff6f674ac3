// Conditions that were meant as guards.
#pragma once

#include <string>
#include <vector>

#include "checks/iam/model.h"

namespace muster::iam {

/// A key that clauses look at.
struct ClauseKey {
  /// In lower case.
  std::string name;
  /// Some clause compares it with a policy variable: with something of the caller's.
  bool with_variable = false;
};

/// Keys of the clauses that can matter for a statement: its own, and those of the role's Deny
/// statements. Sorted, each once.
[[nodiscard]] std::vector<ClauseKey> clause_keys(const Role& role,
                                                 const policy::Statement& statement);

/// The first clause of the statement on one of the keys that compares values, or null: `Null` only
/// asks whether the key is there.
[[nodiscard]] const policy::Condition* clause_on(const policy::Statement& statement,
                                                 const std::vector<ClauseKey>& keys);

}  // namespace muster::iam
