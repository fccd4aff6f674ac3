// The page's template: loaded once, escaped by context.
#pragma once

#include <string>

#include "checks/core/result.h"

namespace ctemplate {
class TemplateDictionary;
}

namespace muster::report {

/// The page with `values` filled in. Values are escaped for the place where they stand; the
/// template's own modifier `x-prose` escapes prose and sets what it quotes in backticks as
/// `<code>`. Errors: `Invalid` when the template cannot be loaded or expanded (a mistake in the
/// program).
[[nodiscard]] Result<std::string> expand_page(const ctemplate::TemplateDictionary& values);

}  // namespace muster::report
