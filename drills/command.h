// Runs one command of the deploy path and waits for it.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "checks/core/result.h"

namespace muster::drills {

struct Ended {
  /// Exit status; -1 when a signal ended it.
  int status = -1;
  bool timed_out = false;
  /// The last 4 KiB of what it printed on both streams, for people; never stored.
  std::string tail;
};

/// Runs `words` in `folder`, without a shell, with `input` as its stdin, in a process group of its
/// own, and none of our descriptors. After `limit` its group is ended (SIGTERM, two seconds later
/// SIGKILL). What it leaves running in the background is not waited for. Errors: it cannot be
/// started.
[[nodiscard]] Result<Ended> run_command(const std::vector<std::string>& words,
                                        const std::string& folder, std::chrono::milliseconds limit,
                                        const std::string& input = "/dev/null");

}  // namespace muster::drills
