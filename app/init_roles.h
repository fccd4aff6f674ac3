// The roles that a repository shows: from credentials of jobs, account facts and policy files.
// Pure.
#pragma once

#include "app/init_draft.h"
#include "checks/core/check.h"

namespace muster::app {

/// Adds the roles, the variables that name them, and the questions about them to the draft. `base`:
/// the facts with repository and default branch known, and no role.
void infer_roles(const AuditInput& base, Draft& draft);

/// The place as a reader of a repository names it: `path:line`.
[[nodiscard]] std::string place(const SourceRef& where);

/// `used` with one more place, each once.
void add_place(std::vector<SourceRef>& used, const SourceRef& where);

}  // namespace muster::app
