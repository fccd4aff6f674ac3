// What a rollback meets although it starts: an approval, a version that nobody saved, a run that is
// cancelled or ends green all the same.
#pragma once

#include <functional>
#include <vector>

#include "checks/workflow/rollback_step.h"

namespace muster::workflow {

/// Parts of a run, which has them.
using ChainParts = std::vector<std::reference_wrapper<const ChainPart>>;

/// The rollbacks of a chain; at least one.
struct RollbackCase {
  const Chain& chain;
  const ChainParts& rollbacks;
  /// Behind the last deploy.
  const ChainParts& smokes;
  RollbackSteps& steps;
  Simulator& simulator;
};

/// In the order of the reason codes: waits-for-approval, target-empty, green-after-rollback,
/// misses-cancel.
[[nodiscard]] Defects rollback_limits(const RollbackCase& one);

}  // namespace muster::workflow
