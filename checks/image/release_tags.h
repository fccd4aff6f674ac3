// Which tags of git are releases: those that start a workflow, and those that a role admits.
#pragma once

#include <string>

#include "checks/core/check.h"

namespace muster::image {

/// What takes the tag for a release, as half a sentence; empty when nothing does.
[[nodiscard]] std::string release_reason(const AuditInput& input, const std::string& tag);

}  // namespace muster::image
