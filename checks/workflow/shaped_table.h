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

/// What a made-up value is.
enum class Form {
  /// Any text.
  Text,
  /// The name of a git ref: no blanks, but `$`, quotes, parentheses and semicolons.
  Ref,
  /// A commit that somebody proposes. This and the rest hold no commands, but lead to code.
  Commit,
  /// The branch of it, in `Repository`.
  Branch,
  Repository,
  /// The number of the pull request.
  Number,
  /// The id of the run of the workflow before: leads to its artifacts.
  Run,
};

/// A value that somebody makes up.
struct ShapedValue {
  /// As a context: `github.event.issue.title`; `*` stands for any one part.
  std::vector<std::string> path;
  Hand hand = Hand::Outsider;
  Form form = Form::Text;

  [[nodiscard]] bool leads_to_code() const { return form > Form::Ref; }
};

/// The values of an event.
[[nodiscard]] std::vector<ShapedValue> shaped_by_event(std::string_view event);

/// What the output of this action is when somebody makes it up.
[[nodiscard]] std::vector<ShapedValue> shaped_by_action(const Step& step, std::string_view output);

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

/// A program that runs what stands in the folder: `make`, `npm ci`, `terraform plan`.
struct TreeRunner {
  std::string command;
  /// One of these words must be there, or begin one that is; empty = none needed.
  std::vector<std::string> needs;
  /// With one of these it runs something else.
  std::vector<std::string> unless;
};

[[nodiscard]] const std::vector<TreeRunner>& tree_runners();
/// Whether the action runs what stands in the folder.
[[nodiscard]] bool runs_tree(const Step& step);

/// Whether a step may ask for an OIDC token: an action that is known to, or a script or input that
/// names how to.
[[nodiscard]] bool may_use_oidc(const Step& step);
/// Whether a step may write with the job's token: any action but those that are known not to, and a
/// script that names the token, `gh`, or pushes.
[[nodiscard]] bool may_write_with_token(const Step& step);

/// Lower-case parts of a name with dots.
[[nodiscard]] std::vector<std::string> path_parts(std::string_view name);

}  // namespace muster::workflow
