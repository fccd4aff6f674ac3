// What the steps of a job run: their commands, with the places where they stand, and what could not
// be read.
#pragma once

#include <string>
#include <vector>

#include "checks/workflow/model.h"
#include "checks/workflow/shell.h"

namespace muster::workflow {

/// A simple command of a step.
struct StepCommand {
  const Step* step = nullptr;
  Command command;
  SourceRef where;
};

/// Something that a step runs and that cannot be read here.
struct OpenRun {
  const Step* step = nullptr;
  SourceRef where;
  /// For people: ``runs `$CMD`, which is not written in the file``.
  std::string what;
};

struct JobScript {
  /// In order of the steps.
  std::vector<StepCommand> commands;
  std::vector<OpenRun> open;

  [[nodiscard]] static JobScript build(const Workflow& workflow, const Job& job);
};

/// Inputs of actions whose value is a script: `script` of `appleboy/ssh-action`. Null without one.
struct ScriptInput {
  const Text* text = nullptr;
  /// It runs on another machine.
  bool remote = false;
};

[[nodiscard]] ScriptInput script_input(const Step& step);

}  // namespace muster::workflow
