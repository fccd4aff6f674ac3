// `muster escalations`: the ways from one principal of an account to more power.
#pragma once

#include <string>

#include "app/account_question.h"

namespace muster::app {

struct EscalationsOptions : AccountOptions {
  /// ARN or name of one principal: everything that it reaches. Empty: who reaches rights of an
  /// administrator.
  std::string from;
  /// Also what comes close and is stopped, with what stops it.
  bool blocked = false;
};

/// Prints the paths with a request per step, proven ones first. Returns `kFindings` when there is
/// a path to rights of an administrator, else `kIncomplete` when something could not be read, else
/// `kClean`.
int run_escalations(const EscalationsOptions& options, const Console& console);

}  // namespace muster::app
