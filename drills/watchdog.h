// A second process that puts the service back when the drill's own is gone, however it went.
#pragma once

#include <sys/types.h>

#include <string>

#include "checks/core/result.h"

namespace muster::drills {

/// What the watchdog is told on its command line.
struct WatchOrder {
  std::string journal;
  std::string drill;
  /// The drill's lock: that it can be taken says that the drill's process is gone.
  std::string lock;
};

class Watchdog {
 public:
  /// Starts this program again, in a session of its own, as `drill watch`, and waits up to two
  /// seconds until it says on a pipe that it is armed. Errors: it did not.
  [[nodiscard]] static Result<Watchdog> arm(const WatchOrder& order);

  Watchdog(Watchdog&& other) noexcept : pid_(other.pid_) { other.pid_ = -1; }

  Watchdog& operator=(Watchdog&&) = delete;
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// Leaves it alone: it ends by itself when the lock is free and the drill is closed, and is
  /// needed when it is not.
  ~Watchdog() = default;

  /// Ends it. REQUIRES: the drill is closed.
  void dismiss();

 private:
  explicit Watchdog(pid_t pid) : pid_(pid) {}

  pid_t pid_;
};

/// The other side: says `armed` on the descriptor and closes it.
void say_armed(int descriptor);

}  // namespace muster::drills
