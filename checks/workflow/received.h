// What a trust policy says to the tokens of a job, told apart from what it says to tokens that the
// job only seems to have because a set of them had to be drawn too wide.
#pragma once

#include <vector>

#include "checks/oidc/admitted.h"
#include "checks/workflow/presented.h"

namespace muster::workflow {

/// Whether the policy admits a token that the run presents and that lies in none of the `except`
/// sets. `yes` only for a token that the filters of the event, the conditions and the environment
/// give exactly; `no` holds for all of the set; the rest is undecided.
[[nodiscard]] Proof admits(const oidc::TrustSearch& search, const JobRun& run, const Intent& intent,
                           const Presented& set, std::vector<oidc::TokenSet> except = {});

}  // namespace muster::workflow
