// `muster workflow eval`: what GitHub makes of an expression.
#pragma once

#include <string>

#include "app/command.h"

namespace muster::app {

struct WorkflowEvalOptions {
  /// One JSON object per line: `expression`, `contexts` (an object of objects), `status`
  /// (`success`, `failure`, `cancelled`; default `success`).
  std::string file;
};

/// Writes one JSON line per line: `{"type":"string","text":"…","json":"…","truthy":true}`: the
/// value's type, what it is inside a text, what `toJSON` gives, whether a condition holds; or
/// `{"error":"…"}` for what fails at run time; or `{"invalid":"…"}` for what is no expression.
/// Returns `kClean`, or `kUsage` for lines that cannot be read.
int workflow_eval(const WorkflowEvalOptions& options, const Console& console);

}  // namespace muster::app
