// Checks a parsed `muster.yaml` against the table of its keys.
#pragma once

#include "checks/core/result.h"
#include "checks/text/tree.h"

namespace muster {

/// Unknown and missing keys, wrong types, values outside an enumeration or format: a `Usage` error
/// with the place. The first mistake in document order of the outermost object is reported.
[[nodiscard]] Status validate_intent(const text::Node& root);

}  // namespace muster
