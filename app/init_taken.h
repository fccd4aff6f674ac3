// Steps of the role inference that share one list: roles with the runs that take them. Internal to
// init_roles.cpp, init_files.cpp, init_questions.cpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/init_draft.h"
#include "checks/core/check.h"
#include "checks/workflow/jobs.h"

namespace muster::app {

/// A role, with the runs that take it; these live as long as the audit input.
struct Taken {
  DraftRole role;
  std::vector<const workflow::JobRun*> runs;
};

/// Gives roles that no account facts describe their trust policy, where a file is certain to be it:
/// the only one for the only role, one with the role's name, or one that fits the name in part and
/// lets a job of the role in. Other files become candidates.
void match_trusts(const AuditInput& base, std::vector<Taken>& taken, Draft& draft);

/// Gives roles the permission policies that have their name, or the name of their trust policy
/// beside which they lie.
void match_permissions(const AuditInput& base, std::vector<Taken>& taken);

/// Adds what only a human can answer about the role.
void ask_about(const DraftRole& role, Draft& draft);

}  // namespace muster::app
