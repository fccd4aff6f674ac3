// `muster gate`: does this change give anybody access that was not there before?
#pragma once

#include <string>

#include "app/command.h"

namespace muster::app {

struct GateOptions {
  std::string path = ".";
  /// The commit to compare with; empty = where the branch left the one it will be merged into.
  std::string base;
  /// Catalogue of AWS actions to use instead of the program's; empty = the program's.
  std::string catalogue;
  bool json = false;
};

/// Compares the policies of the folder with those of a commit: policy files, account documents,
/// templates and plans. Offline, nothing is checked out. Returns `kClean` when nothing new is
/// allowed, `kFindings` when something is, `kIncomplete` when that could not be decided, `kUsage`
/// when there is nothing to compare with.
int run_gate(const GateOptions& options, const Console& console);

}  // namespace muster::app
