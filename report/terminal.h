// What `muster audit` prints: the verdict, then what blocks, then what could not be judged.
#pragma once

#include <string>

#include "report/model.h"

namespace muster::report {

struct TerminalOptions {
  bool colour = false;
  /// Columns; texts are wrapped to it at spaces, but never below 40.
  std::size_t width = 80;
  /// Paths of the reports that were written, for the last lines.
  std::vector<std::string> written;
};

/// Plain text; with `colour`, severities and code are marked by ANSI colours and code loses its
/// backticks. No line can be taken for a command of a CI system.
[[nodiscard]] std::string to_terminal(const Report& report, const TerminalOptions& options);

}  // namespace muster::report
