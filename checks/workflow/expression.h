// What a text with `${{ … }}` can become, and whether a condition can hold, as far as the file and
// the intent tell. What only the run knows is unknown, never guessed.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checks/core/intent.h"
#include "checks/workflow/evaluate.h"
#include "checks/workflow/script.h"

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

  [[nodiscard]] bool contains(std::string_view value) const;
};

/// The calling jobs of a called workflow, outermost first.
using Callers = std::vector<std::pair<const Workflow*, const Job*>>;

/// What one run has of several possibilities.
struct Choice {
  /// The job whose matrix it is; null for an input of the event.
  const Job* job = nullptr;
  std::string name;
  std::string value;
};

using Choices = std::vector<Choice>;

/// Where names are looked up, innermost first.
struct Scope {
  const Intent* intent = nullptr;
  const Workflow* workflow = nullptr;
  const Job* job = nullptr;
  const Step* step = nullptr;
  /// The workflow whose event started the run: `github.event.inputs` are its inputs.
  const Workflow* entry = nullptr;
  /// The environments that the job may have (empty text = none): their variables come before the
  /// general ones. No values = the job has none.
  Values environments;
  /// Who calls the workflow: its inputs and secrets are what the last of the first `calls` callers
  /// passes. May be null when `calls` is 0.
  const Callers* callers = nullptr;
  std::size_t calls = 0;
  /// The local composite actions around the step, outermost first: its inputs are what the last of
  /// the first `action_depth` is given. May be null when that is 0.
  const std::vector<ActionCall>* actions = nullptr;
  std::size_t action_depth = 0;
  /// The event, and the ref of the run (it may end with `kRest`); empty = any.
  std::string event;
  std::string ref;
  Choices choices;
  /// A mark for `github.sha`, `github.run_id` and `github.run_number`; empty = not known. A text
  /// with the mark in all its values is the mark.
  std::string per_run;
  /// Somebody without rights in the repository started the run: its actor is nobody who is named
  /// here, the pull request comes from a fork.
  bool stranger = false;

  /// That of the job that calls this workflow. REQUIRES: `calls > 0`.
  [[nodiscard]] Scope caller() const;
  /// That of the step that uses the innermost action. REQUIRES: `action_depth > 0`.
  [[nodiscard]] Scope action_user() const;
};

/// Replaces every `${{ … }}` of `text`. Names that are understood: `vars.X`, `secrets.X`, `env.X`,
/// `inputs.X`, `github.event.inputs.X`, `matrix.X`, `github.repository`, `github.repository_owner`,
/// `github.event_name`, `github.ref`, `github.ref_name`, `github.ref_type`. At most 64 values.
/// `tests`: as for `may_hold`.
[[nodiscard]] Values resolve(std::string_view text, const Scope& scope,
                             std::vector<RefTest>* tests = nullptr);

/// The same for a word of a shell script: `$NAME` and `${NAME}` are variables of the step.
/// Variables that the script assigns itself, and other expansions of the shell, are unknown.
[[nodiscard]] Values resolve_word(std::string_view word, const Scope& scope);

/// The word with its shell variables as expressions, `$TAG` as `${{ env.TAG }}` and `$GITHUB_SHA`
/// as
/// `${{ github.sha }}`; nothing when the shell expands more than variables, or one that `script`
/// assigns.
[[nodiscard]] std::optional<std::string> word_as_text(std::string_view word,
                                                      std::string_view script);

/// The script of the scope's step; empty without one.
[[nodiscard]] std::string_view script_of(const Scope& scope);

/// Whether an `if:` can be true. Text around `${{ }}` makes it a text that is always true, as
/// GitHub has it. `tests` receives the questions about a ref that is not fully known (evaluate.h).
[[nodiscard]] bool may_hold(std::string_view condition, const Scope& scope,
                            std::vector<RefTest>* tests = nullptr);

/// Whether an `if:` is true whatever else only the run knows, as long as nothing fails.
[[nodiscard]] bool must_hold(std::string_view condition, const Scope& scope);

/// The expression that an `if:` is, without `${{ }}` around it; nothing when other text stands
/// around or behind that, as it makes the whole a text.
[[nodiscard]] std::optional<std::string_view> whole_expression(std::string_view condition);

/// Whether the text holds an expression at all.
[[nodiscard]] bool has_expression(std::string_view text);

/// The expressions of a text: what stands between each `${{` and its `}}`, trimmed.
[[nodiscard]] std::vector<std::string_view> expressions_of(std::string_view text);

}  // namespace muster::workflow
