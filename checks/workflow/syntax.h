// The syntax of workflow files as a table (rules/data/workflow-syntax.json): which keys stand
// where, what their values are, and which contexts and functions their expressions may use.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/text/tree.h"
#include "checks/workflow/grammar.h"

namespace muster::workflow {

/// Checks a whole file against the table, expressions included. The first error in document order.
[[nodiscard]] Status check_syntax(const text::Node& root);

/// The condition that GitHub makes of an `if` text: `success()` in front unless a status function
/// is called; text around `${{ }}` becomes `format(…)`. `of_job`: with the contexts of a job, else
/// of a step. Errors: `Invalid`, without a place.
[[nodiscard]] Result<std::string> normalised_condition(std::string_view text, bool of_job);

}  // namespace muster::workflow
