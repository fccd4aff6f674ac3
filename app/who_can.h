// `muster policy who-can`: which principals of an account, and which outsiders, may do something.
#pragma once

#include <string>

#include "app/account_question.h"

namespace muster::app {

struct WhoCanOptions : AccountOptions {
  /// `s3:PutObject`
  std::string action;
  /// An ARN; empty = anything of the principal's account that its policies name.
  std::string resource;
};

/// Prints every user, role and outsider that may, with a request and the statement that allows it,
/// those of whom it depends on what no fact tells, and what limits the answer. Returns `kClean`, or
/// `kIncomplete` when something could not be read, `kUsage` for an action that does not exist.
int who_can(const WhoCanOptions& options, const Console& console);

}  // namespace muster::app
