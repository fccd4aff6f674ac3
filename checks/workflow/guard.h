// Conditions that were meant to hold a deploy back, judged once for the rules about them.
#pragma once

#include "checks/workflow/chain.h"

namespace muster::workflow {

/// Whether some deploy of the chain certainly runs although what stands before it failed.
[[nodiscard]] bool runs_past_guard(const Chain& chain, const Intent& intent);

/// Whether the step runs only when something has failed: by its condition, or by that of an action
/// around it, of its job or of a calling job. What it waits for or looks at is then the rollback.
[[nodiscard]] bool is_for_failure(const JobRun& run, const Step& step);

}  // namespace muster::workflow
