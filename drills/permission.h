// Whether a plan may be carried out now: windows for all, an approval and a rehearsal elsewhere for
// production.
#pragma once

#include <chrono>
#include <string>

#include "drills/journal.h"

namespace muster::drills {

/// What an approver signs: the plan by its hash, and until when it counts.
[[nodiscard]] std::string approval_text(const std::string& plan, const std::string& expires);

/// Whether `signature` (as `ssh-keygen -Y sign -n muster-drill` makes it) is over the approval's
/// text and by `approval.by`, whom `target.approvers` lists. Errors say why not.
[[nodiscard]] Status check_signature(const Plan& plan, const Approval& approval);

/// Errors: outside the declared windows; of production also without an unexpired approval of just
/// this plan, or without a passed drill of the same path below production that is not too old. An
/// environment without a class counts as production.
[[nodiscard]] Status may_run(const Plan& plan, Journal& journal, std::chrono::sys_seconds now);

}  // namespace muster::drills
