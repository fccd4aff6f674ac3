// Conditions that were meant to hold a deploy back, judged once for the rules about them.
#pragma once

#include "checks/workflow/chain.h"

namespace muster::workflow {

/// Whether some deploy of the chain certainly runs although what stands before it failed.
[[nodiscard]] bool runs_past_guard(const Chain& chain, Simulator& simulator);

}  // namespace muster::workflow
