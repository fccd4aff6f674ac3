// What a text says in one run of a workflow, as far as the files tell, so that texts of different
// jobs can be compared: `$IMAGE` here and `${{ inputs.image }}` there.
#pragma once

#include <string>
#include <string_view>

#include "checks/workflow/expression.h"

namespace muster::workflow {

/// The text with the variables and inputs in it replaced by what the workflow, its callers and the
/// actions around it give them. Other expressions stay, in one way of writing: `${{github.sha}}`.
[[nodiscard]] std::string spelled(std::string_view text, const Scope& scope);

/// The same for a word of a script; what only the shell knows stays as it is.
[[nodiscard]] std::string spelled_word(std::string_view word, const Scope& scope);

/// Whether a spelled text says the same wherever it stands in the run: none of what is left in it
/// belongs to one job.
[[nodiscard]] bool says_the_same(std::string_view spelled);

}  // namespace muster::workflow
