// The report as one HTML page: no request, no script needed to read it, a Content-Security-Policy
// with hashes.
#pragma once

#include <string>

#include "checks/core/result.h"
#include "report/model.h"

namespace muster::report {

/// The page. Errors: `Invalid` when a template cannot be loaded or expanded (a mistake in the
/// program).
[[nodiscard]] Result<std::string> to_html(const Report& report);

}  // namespace muster::report
