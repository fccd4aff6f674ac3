// What every subcommand shares: where it writes, how it ends.
#pragma once

#include <iosfwd>

#include "checks/core/result.h"

namespace muster::app {

/// Exit codes of the contract (`muster --help` prints them).
enum ExitCode : int {
  kClean = 0,
  kFindings = 1,
  kUsage = 2,
  kIncomplete = 3,
  kBug = 70,
};

/// Where a command writes. `out` is stdout (results, `--json`); `err` is stderr (progress, errors).
struct Console {
  std::ostream& out;
  std::ostream& err;
  /// Colour is wanted: a terminal, and `NO_COLOR` is not set.
  bool colour = false;
  /// Terminal width in columns; 80 when it is not a terminal.
  int width = 80;
  /// `err` is a terminal: somebody may be waiting.
  bool interactive = false;
};

/// Prints `muster: path:line:col: message` and returns the exit code that fits the error:
/// `Usage` and errors in the configuration give 2, everything else 3.
int report_error(const Console& console, const Error& error);

}  // namespace muster::app
