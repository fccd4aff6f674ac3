// Whether something waits for the end of a deploy that only starts it.
#pragma once

#include <optional>

#include "checks/workflow/deployments.h"

namespace muster::workflow {

/// What follows a deploy, from worst to best. `Once`: its state is read, once.
enum class FollowUp { No, Once, Unknown, Yes };

struct Awaited {
  FollowUp how = FollowUp::No;
  /// How bad it is when nobody waits.
  Severity severity = Severity::Medium;
};

/// Nothing for a deploy that needs no waiting. Source: rules/data/workflow-recognition.json,
/// `waits`.
[[nodiscard]] std::optional<Awaited> awaited(const JobRuns& jobs, const JobRun& run,
                                             const Deploy& deploy, const Intent& intent);

/// Whether the command tells how far the deploy is, without waiting.
[[nodiscard]] bool polls_for(const Deploy& deploy, const Command& command);

/// Whether the command waits for the end of the deploy, and fails without it.
[[nodiscard]] bool waits_for_end(const Deploy& deploy, const Command& command);

}  // namespace muster::workflow
