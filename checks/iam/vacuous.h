// Conditions that were meant as guards.
#pragma once

#include <string>
#include <vector>

#include "checks/iam/model.h"

namespace muster::iam {

/// Lower-case keys of the clauses that can matter for a statement: its own, and those of the
/// role's Deny statements. Sorted, each once.
[[nodiscard]] std::vector<std::string> clause_keys(const Role& role,
                                                   const policy::Statement& statement);

/// The first clause of the statement on one of the keys (in any case), or null.
[[nodiscard]] const policy::Condition* clause_on(const policy::Statement& statement,
                                                 const std::vector<std::string>& keys);

}  // namespace muster::iam
