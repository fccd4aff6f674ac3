// What a text with `${{ … }}` can become, as far as the file and the intent tell. A full expression
// evaluator is not here: what is not understood is unknown, never guessed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/core/intent.h"
#include "checks/workflow/model.h"

namespace muster::workflow {

/// All values that a text may take.
struct Values {
  /// Sorted, unique. May be incomplete when `known` is false.
  std::vector<std::string> values;
  bool known = true;
  /// What could not be resolved, for people: `vars.DEPLOY_ROLE`. Empty when `known`.
  std::string missing;

  /// Exactly one value, or nothing.
  [[nodiscard]] const std::string* only() const {
    return known && values.size() == 1 ? &values.front() : nullptr;
  }
};

/// Where names are looked up, innermost first.
struct Scope {
  const Intent* intent = nullptr;
  const Workflow* workflow = nullptr;
  const Job* job = nullptr;
  const Step* step = nullptr;
  /// The environment of the job, when known: its variables come before the general ones.
  std::string environment;
  /// Values of a called workflow's inputs: name -> values; null when the workflow is not called.
  const std::vector<std::pair<std::string, Values>>* inputs = nullptr;
};

/// Replaces every `${{ … }}` of `text`. Understood: literals, `a || b` (either), `vars.X`,
/// `secrets.X`, `env.X`, `inputs.X`, `github.event.inputs.X`, `matrix.X`, `github.repository`,
/// `github.repository_owner`. At most 64 values.
[[nodiscard]] Values resolve(std::string_view text, const Scope& scope);

/// Whether the text holds an expression.
[[nodiscard]] bool has_expression(std::string_view text);

}  // namespace muster::workflow
