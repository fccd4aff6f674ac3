// `muster audit`: read a folder, judge it, remember the run, write the reports.
#pragma once

#include <string>
#include <vector>

#include "app/command.h"

namespace muster::app {

struct AuditOptions {
  std::string path = ".";
  /// `muster.yaml` to use; empty = `PATH/muster.yaml` if it is there.
  std::string config;
  std::vector<std::string> facts;
  /// History file; empty = `PATH/.muster/history.db`.
  std::string history;
  std::string out = "muster-report";
  std::vector<std::string> formats = {"html", "json"};
  /// Severity at which the audit fails; empty = as muster.yaml says.
  std::string fail_on;
  /// The time to take as now; empty = the clock.
  std::string as_of;
  /// Catalogue of AWS actions to use instead of the program's; empty = the program's.
  std::string catalogue;
  /// Print report.json on stdout instead of the summary.
  bool json = false;
};

/// Exit codes: 0 nothing at or above the gate; 1 findings at or above it; 2 usage or configuration
/// error; 3 the audit is incomplete. Reports are written whole or not at all; the history records a
/// run in one transaction.
int run_audit(const AuditOptions& options, const Console& console);

}  // namespace muster::app
