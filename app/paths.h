// `muster paths`: every path from an event to what a pipeline's credential may change.
#pragma once

#include <string>

#include "app/account_question.h"

namespace muster::app {

struct PathsOptions : AccountOptions {
  /// `prod`, the name of an environment, an ARN or name of a role, or the ARN of a resource; empty
  /// = wherever it leads.
  std::string to;
};

/// Prints every path step by step, those that nothing holds back first. Returns `kFindings` when a
/// path to production is open, `kIncomplete` when something could not be read or a path to
/// production is undecided, `kUsage` for a destination that is not known, else `kClean`.
int run_paths(const PathsOptions& options, const Console& console);

}  // namespace muster::app
