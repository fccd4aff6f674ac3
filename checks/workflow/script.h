// What the steps of a job run: their commands, with the places where they stand, and what could not
// be read. Local composite actions, scripts, Makefile targets and npm scripts are followed.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "checks/workflow/shell.h"
#include "checks/workflow/sources.h"

namespace muster::workflow {

/// A simple command of a step.
struct StepCommand {
  const Step* step = nullptr;
  Command command;
  /// In the file where it stands: the workflow, an action, a script, a Makefile.
  SourceRef where;
  /// The calls that lead there, outermost first; empty for one in the workflow itself.
  std::vector<SourceRef> via;
};

/// Something that a step runs and that cannot be read here.
struct OpenRun {
  const Step* step = nullptr;
  SourceRef where;
  /// For people: ``runs `$CMD`, which is not written out in the file``.
  std::string what;
  std::vector<SourceRef> via;
  /// It runs on another machine.
  bool remote = false;

  /// Why it may deploy: ``it holds a credential and runs `$CMD`, …``.
  [[nodiscard]] std::string in_words() const {
    return (remote ? "it " : "it holds a credential and ") + what;
  }
};

/// A step that uses a local composite action.
struct ActionCall {
  const Step* step = nullptr;
  const Action* action = nullptr;
};

struct JobScript {
  /// Every step that runs, in order: those of the job and of `parallel`, and behind a step that
  /// uses a local composite action the steps of that action, with the index of the step.
  std::vector<const Step*> steps;
  /// In order of the steps.
  std::vector<StepCommand> commands;
  std::vector<OpenRun> open;

  [[nodiscard]] static JobScript build(const Workflow& workflow, const Job& job,
                                       const Sources& sources);

  /// The actions around a step, outermost first; empty for a step of the job itself.
  [[nodiscard]] const std::vector<ActionCall>& calls_of(const Step* step) const;

  /// The commands of one step.
  [[nodiscard]] std::span<const StepCommand> commands_of(const Step& step) const;

  /// The steps of actions: one copy for each use, since their inputs differ.
  std::deque<Step> copies;
  std::map<const Step*, std::vector<ActionCall>> calls;
  /// Where the commands of a step begin and end.
  std::map<const Step*, std::pair<std::size_t, std::size_t>> command_places;
};

/// Inputs of actions whose value is a script: `script` of `appleboy/ssh-action`. Null without one.
struct ScriptInput {
  const Text* text = nullptr;
  /// It runs on another machine.
  bool remote = false;
};

[[nodiscard]] ScriptInput script_input(const Step& step);

/// `bash`, `python`, `bash -e {0}`: what reads the step's script, as written; empty for the
/// runner's default. Source: GitHub Docs, "Workflow syntax", `defaults.run.shell`.
[[nodiscard]] std::string_view shell_text(const Workflow& workflow, const Job& job,
                                          const Step& step);

}  // namespace muster::workflow
