// `drills:` of muster.yaml: services whose rollback is rehearsed.
#pragma once

#include <vector>

#include "checks/core/intent.h"
#include "checks/core/result.h"
#include "checks/text/tree.h"

namespace muster {

/// REQUIRES: the mapping was validated. Errors (`Usage`, with their place): an unknown environment,
/// a command without its placeholder, an address that is none, half of a blue/green pair, a number
/// out of range.
[[nodiscard]] Result<std::vector<IntentDrill>> read_drills(
    const text::Node& drills, const std::vector<IntentEnvironment>& environments);

}  // namespace muster
