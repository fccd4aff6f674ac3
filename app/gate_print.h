// What `muster gate` says: to people whose change is blocked, to machines, and as annotations of
// GitHub Actions.
#pragma once

#include <string>
#include <vector>

#include "app/command.h"
#include "app/gate_compare.h"
#include "checks/core/facts.h"

namespace muster::app {

struct GateReport {
  /// Full object name of the base.
  std::string commit;
  std::string how;
  std::vector<GateFinding> findings;
  /// What could not be compared.
  std::vector<NotCovered> not_covered;
};

void print_gate(const GateReport& report, const Console& console);
void print_gate_json(const GateReport& report, const Console& console);
/// `::error file=…::…` for each finding that blocks.
void print_annotations(const GateReport& report, const Console& console);

/// As `run_gate` returns it.
[[nodiscard]] int gate_exit(const GateReport& report);

}  // namespace muster::app
