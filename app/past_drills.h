// The drills that the journal beside muster.yaml knows, as facts of an audit.
#pragma once

#include <vector>

#include "checks/core/facts.h"
#include "checks/core/intent.h"

namespace muster::app {

/// What `root`/.muster/drills.db tells of the declared drills, the newest first; nothing when there
/// is no such file. Errors: it cannot be read, or was tampered with.
[[nodiscard]] Result<std::vector<PastDrill>> past_drills(const std::string& root,
                                                         const Intent& intent);

}  // namespace muster::app
