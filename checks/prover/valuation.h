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

/// The valuations worth trying, the most readable first: all keys different but the accounts, as
/// the candidate has them, all different, all equal, all absent, one absent. At most `limit`.
[[nodiscard]] std::vector<Valuation> valuations(const std::vector<const policy::Policy*>& policies,
                                                const policy::Request& candidate,
                                                std::size_t limit);

/// The statement with every variable replaced by its value. A value in a list whose variable is
/// absent goes.
[[nodiscard]] policy::Statement substituted(policy::Statement statement, policy::Version version,
                                            const Valuation& valuation);

/// Clauses that demand that the keys have these values. For version `2008-10-17`, where no text is
/// a variable.
[[nodiscard]] std::vector<policy::Condition> pins(const Valuation& valuation);

}  // namespace muster::prover
