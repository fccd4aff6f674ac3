// `muster init`: writes a muster.yaml from what a repository shows.
#pragma once

#include <string>

#include "app/command.h"

namespace muster::app {

struct InitOptions {
  std::string path = ".";
  /// Overwrite a muster.yaml that is there.
  bool force = false;
  /// Print the file instead of writing it.
  bool to_stdout = false;
  /// Print what was inferred as JSON.
  bool json = false;
};

/// Exit codes: 0 written (or printed), also when some files could not be read: they are named on
/// stderr and in the file; 2 there is a muster.yaml already, or PATH is no folder; 3 PATH cannot be
/// read or the file not written.
int run_init(const InitOptions& options, const Console& console);

}  // namespace muster::app
