// The command that shows a witness again, ready to paste.
#pragma once

#include <string>

#include "checks/core/outcome.h"

namespace muster::report {

/// One line for a POSIX shell, run from the audited root: it asks the trust policy at fault for the
/// outcome's token or request. Empty when the witness is of another
/// kind or the finding does not stand in a trust policy. Texts are quoted: a file's name or a claim
/// cannot become a command.
[[nodiscard]] std::string replay_command(const Outcome& outcome);

}  // namespace muster::report
