// The dated table of who starts which event and which of its values are free text of theirs:
// rules/data/workflow-shaped-values.json.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/workflow/model.h"

namespace muster::workflow {

/// Who makes up a value, from the nearest to the repository to the farthest. A later one is worse.
enum class Hand {
  /// Names a branch, tag, release or label: takes write access, and rights to start a run.
  Writer,
  /// Starts the workflow by hand and fills in its inputs: takes write access.
  Dispatcher,
  /// Opens a pull request from a fork: the token can only read, and there are no secrets.
  Fork,
  /// Writes a commit that is merged later.
  Merged,
  /// Anybody with an account; the run has the secrets and the token of the repository.
  Outsider,
};

/// A value that somebody makes up.
struct ShapedValue {
  /// As a context: `github.event.issue.title`; `*` stands for any one part.
  std::vector<std::string> path;
  Hand hand = Hand::Outsider;
  /// The name of a git ref: no blanks, but `$`, quotes, parentheses and semicolons.
  bool is_ref = false;
};

/// The values of an event.
[[nodiscard]] std::vector<ShapedValue> shaped_by_event(std::string_view event);

/// Whether the output of this action is made up by somebody; null when not.
[[nodiscard]] const ShapedValue* shaped_by_action(const Step& step, std::string_view output);

/// Who can start the event. `Writer` for all that take rights.
[[nodiscard]] Hand starter_of(const Trigger& trigger, const Workflows& workflows);
/// What they do to start it: `opens an issue`.
[[nodiscard]] std::string_view act_of(std::string_view event);

/// An input of an action that holds a program.
struct ProgramInput {
  const Text* text = nullptr;
  /// `JavaScript`, `shell`, …
  std::string_view language;
};

/// The program that a step with an action is given, whatever its language; null without one.
[[nodiscard]] ProgramInput program_input(const Step& step);

/// Lower-case parts of a name with dots.
[[nodiscard]] std::vector<std::string> path_parts(std::string_view name);

}  // namespace muster::workflow
