// The page about `muster policy lint`: every code, from the table in checks/lint/codes.cpp.
#pragma once

#include <string>

namespace muster::app {

/// Markdown of docs/policy-lint.md.
[[nodiscard]] std::string lint_page();

}  // namespace muster::app
