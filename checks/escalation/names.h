// Names for new things where the obvious ones are refused: what identity policies, permissions
// boundary and policies of the organisation let through together and no Deny names. A search for
// candidates; the evaluator decides about each.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/escalation/candidates.h"
#include "checks/policy/stack.h"

namespace muster::escalation {

/// As `nameable`: per resource type that the action needs, ARNs at home. `stack`: the layers
/// of the caller, its variables resolved as far as they are known. Regions are those that the
/// policies speak about, and some others.
[[nodiscard]] std::vector<std::vector<std::string>> names_within(const policy::Stack& stack,
                                                                 std::string_view action,
                                                                 const Home& home);

}  // namespace muster::escalation
