// `muster workflow show`: what muster reads out of workflow files.
#pragma once

#include <string>
#include <vector>

#include "app/command.h"

namespace muster::app {

struct WorkflowShowOptions {
  std::vector<std::string> files;
  bool json = false;
};

/// Prints events, jobs, needs, conditions as GitHub completes them, environments and steps.
/// `--json`: one object per file and line:
/// `{"file","events","jobs":[{"id","needs","if","uses","environment",
/// "steps":[{"kind","id","if","uses"}]}]}`, or `{"file","error","location"}`. Returns `kClean`,
/// `kIncomplete` when a file is no workflow, `kUsage` when one is not there.
int workflow_show(const WorkflowShowOptions& options, const Console& console);

}  // namespace muster::app
