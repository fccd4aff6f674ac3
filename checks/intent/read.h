// Reads `muster.yaml` into an Intent: typed, every key known, every mistake with its place.
#pragma once

#include <string>

#include "checks/core/intent.h"
#include "checks/core/result.h"

namespace muster {

/// Errors are `Usage` with `path:line:col` of the mistake and, for an unknown key, the nearest
/// known one.
[[nodiscard]] Result<Intent> read_intent(std::string bytes, SourceId source);

}  // namespace muster
