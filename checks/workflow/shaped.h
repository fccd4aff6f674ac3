// Follows values that somebody else makes up through the names of a workflow: from the event
// through `env`, outputs of steps and jobs, inputs of called workflows and of composite actions.
// Values of opaque actions, of the matrix and of the repository's settings are taken for harmless.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/workflow/jobs.h"
#include "checks/workflow/shaped_table.h"

namespace muster::workflow {

/// A made-up value that an expression can become.
struct Shaped {
  /// Where it comes from: `github.event.issue.title`, `inputs.tag`.
  std::string name;
  Hand hand = Hand::Outsider;
  Form form = Form::Text;
  /// The workflow is only called, by nobody here: what its input holds is not known.
  bool unknown_caller = false;
};

/// What `text` (with `${{ … }}` in it) can be made to hold in this scope, whose event is set.
/// Sorted by name, each once.
[[nodiscard]] std::vector<Shaped> shaped_in_text(std::string_view text, const Scope& scope);

/// The same for one expression.
[[nodiscard]] std::vector<Shaped> shaped_in_expression(std::string_view expression,
                                                       const Scope& scope);

/// The same for a piece of a step's script: its `$NAME`s stand for variables of the step and for
/// those that its lines assign. What a command substitution gives is taken for harmless.
[[nodiscard]] std::vector<Shaped> shaped_in_script(std::string_view piece, const Scope& scope);

/// The same for values that lead to code that somebody proposes: the head of a pull request.
[[nodiscard]] std::vector<Shaped> heads_in_text(std::string_view text, const Scope& scope);
[[nodiscard]] std::vector<Shaped> heads_in_script(std::string_view piece, const Scope& scope);

}  // namespace muster::workflow
