// `hosts` of `muster.yaml`.
#pragma once

#include <vector>

#include "checks/core/intent.h"
#include "checks/text/tree.h"

namespace muster {

/// REQUIRES: the mapping under `hosts` was validated.
[[nodiscard]] std::vector<IntentHosts> read_hosts(const text::Node& map);

}  // namespace muster
