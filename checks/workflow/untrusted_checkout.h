// Jobs with the rights of the repository that run code which outsiders propose.
#pragma once

#include <optional>
#include <string>

#include "checks/workflow/starts.h"

namespace muster::workflow {

/// Where a job runs such code.
struct ForeignCode {
  /// What runs it, and what it is: `npm ci`.
  SourceRef where;
  std::string runs;
  std::string event;
  /// A label or a reviewer of the environment comes first.
  bool held_back = false;
};

/// The first code of outsiders that the run certainly executes in one of its starts; nothing when
/// none is known.
[[nodiscard]] std::optional<ForeignCode> foreign_code_of(const JobRun& run,
                                                         const AuditInput& input);

}  // namespace muster::workflow
