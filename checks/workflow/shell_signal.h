// Can a script tell that a command failed? Runs the program of the script (shell_program.h) twice
// over all that is open: once as if the asked commands failed, once as if they did well.
#pragma once

#include <optional>
#include <string>

#include "checks/workflow/shell_program.h"

namespace muster::workflow {

/// How an asked command fails.
enum class Failing {
  /// By its exit status.
  Status,
  /// Its status is 0, and what it writes is wrong: `curl` on HTTP 500.
  Output,
};

struct Signal {
  enum class Kind {
    /// The script ends with 0 whether or not the command fails.
    Never,
    /// It ends with another status if the command fails.
    Reaches,
    /// It does not end while the command fails.
    Hangs,
    /// That is not known; `why` says what is in the way.
    Unknown,
  };

  Kind kind = Kind::Never;
  std::string why{};
};

/// Whether the failure of all asked commands reaches the exit status of the script. Tests of
/// something else are taken as they suit one run in which the asked commands do well and the script
/// ends with 0.
[[nodiscard]] Signal signal_of(const ShellProgram& program, Failing failing);

/// Whether the script can only end with 0 while the asked commands do well, with some answers to
/// the tests of something else; nothing when that is not known.
[[nodiscard]] std::optional<bool> only_ends_well(const ShellProgram& program);

}  // namespace muster::workflow
