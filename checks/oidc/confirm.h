// Nothing is answered `yes` before the policy evaluator, which shares no code with the search, has
// decided the concrete token the same way.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "checks/oidc/judge.h"

namespace muster::oidc {

/// The request of a concrete token: claims that AWS exposes, as keys of the provider.
[[nodiscard]] policy::Request request_of(const Question& question,
                                         std::span<const TokenPart> token);

/// The witness, when the evaluator confirms the goal for the token under some (`Refused`: every)
/// surroundings.
[[nodiscard]] std::optional<Witness> confirmed(const Question& question,
                                               std::span<const TokenPart> token,
                                               std::span<const Surroundings> surroundings);

}  // namespace muster::oidc
