// `muster policy eval`: one decision per request line.
#pragma once

#include <string>

#include "app/command.h"

namespace muster::app {

struct PolicyEvalOptions {
  /// Path of a JSONL file; the shape of a line: checks/policy/request.h.
  std::string request_file;
  /// How ARN patterns of resources are read: `segment`, `trail` or `string`.
  std::string arn_mode = "segment";
};

/// Writes one JSON line per request line to `out`, in order:
/// `{"decision":"allowed","because":"…","layer":"identity","statements":[{"policy":0,"index":0,"sid":"…","effect":"Allow",
/// "applies":"yes","because":"…","location":{"file","line","column","end_line","end_column"}}]}`;
/// `layer` is left out when no layer was looked at. Lines of white space are skipped. When a line
/// cannot be understood, every such line is reported on `err` and nothing is written to `out`.
/// Returns `kClean` when all lines were decided, `kIncomplete` when some are undecided, `kUsage` on
/// bad input.
int policy_eval(const PolicyEvalOptions& options, const Console& console);

}  // namespace muster::app
