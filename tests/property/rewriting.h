// Ways to write a policy otherwise without changing what it means.
#pragma once

#include <random>

#include "checks/policy/model.h"

namespace muster::prover_cases {

using Dice = std::mt19937;

/// Statements, lists, values and clauses in another order and some of them twice; other Sids; other
/// case of actions and keys.
[[nodiscard]] policy::Policy shuffled(policy::Policy policy, Dice& dice);

/// One statement for each action or each resource; for each value of a positive clause; one clause
/// for each value of a negated one.
[[nodiscard]] policy::Policy split_by_action(const policy::Policy& policy);
[[nodiscard]] policy::Policy split_by_resource(const policy::Policy& policy);
[[nodiscard]] policy::Policy split_by_value(const policy::Policy& policy);

/// Every clause `X` with `IfExists`, and where that is weaker, beside `Null` = false.
[[nodiscard]] policy::Policy with_if_exists(policy::Policy policy);

/// Every statement with a clause that always holds, on a key that nothing else names.
[[nodiscard]] policy::Policy with_idle_key(policy::Policy policy);

}  // namespace muster::prover_cases
