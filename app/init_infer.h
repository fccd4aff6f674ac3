// Infers an intent from what a repository shows. Pure: the same facts give the same draft.
#pragma once

#include "app/git_checkout.h"
#include "app/init_draft.h"
#include "checks/core/facts.h"

namespace muster::app {

/// Longest environment or role name that is written; GitHub and IAM allow fewer characters.
constexpr std::size_t kLongestName = 200;

/// Everything that can be read off the facts of one repository and its checkout, in document order.
/// What is not certain is left out and asked about: see `Draft`.
[[nodiscard]] Draft infer_intent(const Facts& facts, const GitCheckout& checkout);

}  // namespace muster::app
