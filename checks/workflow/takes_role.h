// Which roles a job takes with its token.
#pragma once

#include "checks/core/check.h"
#include "checks/iam/model.h"
#include "checks/workflow/jobs.h"

namespace muster::workflow {

enum class TakesRole { No, Maybe, Yes };

/// Whether the run takes the role by a step that muster knows. A role that the file does not
/// resolve leaves it open, and one that nothing describes while the asked one has no known ARN.
[[nodiscard]] TakesRole takes_role(const JobRun& run, const iam::Role& role,
                                   const AuditInput& input);

/// Whether GitHub gives the run no token of OpenID Connect.
[[nodiscard]] bool is_tokenless(const JobRun& run);

}  // namespace muster::workflow
