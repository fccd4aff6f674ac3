// The manifest of a collected folder of facts: what the collection could not read is missing in an
// audit too.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/core/facts.h"

namespace muster::app {

/// What the manifest says was not read, or nothing when the file is no manifest. One that cannot be
/// understood is missing as a whole. `shown`: the file's path.
[[nodiscard]] std::optional<std::vector<NotCovered>> not_collected(const std::string& shown,
                                                                   const std::string& bytes);

}  // namespace muster::app
