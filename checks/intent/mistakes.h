// How a mistake in `muster.yaml` is told.
#pragma once

#include <string>

#include "checks/core/result.h"
#include "checks/text/tree.h"

namespace muster {

/// A `Usage` error at the node.
[[nodiscard]] Error usage(const text::Node& node, std::string message);

/// The value at `path` (`roles.deploy.arn`) is not `what` (`a text`).
[[nodiscard]] Error expected(const text::Node& node, const std::string& path,
                             const std::string& what);

}  // namespace muster
