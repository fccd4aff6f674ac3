// `muster fix`: repairs in workflow files that have one right answer.
#pragma once

#include <string>
#include <vector>

#include "app/command.h"

namespace muster::app {

struct FixOptions {
  /// Repositories, or workflow files in `.github/workflows` of one.
  std::vector<std::string> paths = {"."};
  /// Rules whose findings are repaired; empty = all that can be.
  std::vector<std::string> rules;
  /// Print the diff, write nothing.
  bool dry_run = false;
  bool json = false;
};

/// Prints a unified diff on stdout, and on stderr what was repaired and what was left with the
/// reason. `--json`: `{"files":[{"path","diff","written"}],"repairs":[{"rule","asset","location",
/// "what"}],"left":[{"rule","asset","location","why"}],"other_findings"}` instead. Exit codes: 0
/// nothing to repair, or written; 1 with `dry_run` when there is something to write; 2 no such path
/// or rule; 3 a workflow that cannot be read or written.
int run_fix(const FixOptions& options, const Console& console);

}  // namespace muster::app
