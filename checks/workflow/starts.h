// Who can make a job run, event by event, with its conditions taken into account.
#pragma once

#include <string>
#include <vector>

#include "checks/workflow/jobs.h"
#include "checks/workflow/shaped_table.h"
#include "checks/workflow/stake.h"

namespace muster::workflow {

/// An event that can start the run (up to the step that it asks about).
struct Start {
  const Trigger* trigger = nullptr;
  /// The farthest from the repository who can start it.
  Hand by = Hand::Writer;
  /// A maintainer must do something first: put a label on, or approve the environment.
  bool held_back = false;
};

/// All events that can start it; empty when nothing does.
[[nodiscard]] std::vector<Start> starts_of(const JobRun& run, const Intent& intent,
                                           const Workflows& workflows);

/// Whether the event only starts the run when a label is put on, or the run asks for one: outsiders
/// cannot put on labels.
[[nodiscard]] bool waits_for_label(const JobRun& run, const Trigger& trigger);

/// Whether every environment that the job may have then is known to have reviewers.
[[nodiscard]] bool waits_for_reviewers(const JobRun& run, const Intent& intent,
                                       const Moment& moment);

/// How bad it is that commands of this hand run where so much is at stake.
[[nodiscard]] Severity severity_by_hand(Hand by, bool held_back, const Stake& stake);

}  // namespace muster::workflow
