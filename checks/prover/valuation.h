// Concrete values for policy variables. A candidate that was found with variables standing for any
// text is tried again with the variables replaced.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checks/policy/evaluate.h"

namespace muster::prover {

/// What each variable's key is; nothing = absent.
using Valuation = std::map<std::string, std::optional<std::string>>;

/// The valuations worth trying, the most readable first: all keys different, as the candidate has
/// them, all equal, all absent, one absent. At most `limit`.
[[nodiscard]] std::vector<Valuation> valuations(const std::vector<policy::Policy>& a,
                                                const std::vector<policy::Policy>& b,
                                                const policy::Request& candidate,
                                                std::size_t limit);

/// The policies with every variable replaced by its value. `pinned`: Allow statements also demand
/// that the keys have these values.
[[nodiscard]] std::vector<policy::Policy> substituted(std::vector<policy::Policy> policies,
                                                      const Valuation& valuation, bool pinned);

}  // namespace muster::prover
