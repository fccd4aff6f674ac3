// Reads `muster.yaml` into an Intent: typed, every key known, every mistake with its place.
#pragma once

#include <cstddef>
#include <string>

#include "checks/core/intent.h"
#include "checks/core/result.h"

namespace muster {

/// The largest muster.yaml that is read: enough for an account of some ten thousand roles.
inline constexpr std::size_t kIntentBytes = 8U << 20U;

/// Errors are `Usage` with `path:line:col` of the mistake and, for an unknown key, the nearest
/// known one.
[[nodiscard]] Result<Intent> read_intent(std::string bytes, SourceId source);

}  // namespace muster
