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

/// The paths of the manifests that a manifest of several accounts says are there, one for each
/// account that was read at all; none for any other file.
[[nodiscard]] std::vector<std::string> manifests_of_accounts(const std::string& shown,
                                                             const std::string& bytes);

}  // namespace muster::app
