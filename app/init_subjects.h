// The subjects of a role, from the jobs that take it: what is safe to mean, and what a human must
// decide. Pure.
#pragma once

#include <vector>

#include "app/init_draft.h"
#include "checks/workflow/jobs.h"

namespace muster::app {

/// Subjects for the tokens that the runs present. Named branches and tags are taken as meant; an
/// environment that any branch can reach is narrowed to the default branch. Open are: pull
/// requests, events that outsiders start, any branch or tag without an environment, any tag, and
/// what muster.yaml cannot say. So no declaration silences a finding that nobody looked at.
[[nodiscard]] std::vector<DraftSubject> infer_subjects(
    const std::vector<const workflow::JobRun*>& runs, const Intent& intent);

}  // namespace muster::app
