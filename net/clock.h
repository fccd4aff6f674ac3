// Time as retries and signatures see it, so that tests can hold it still.
#pragma once

#include <chrono>

namespace muster::net {

using WallTime = std::chrono::system_clock::time_point;
using SteadyTime = std::chrono::steady_clock::time_point;
using Milliseconds = std::chrono::milliseconds;

/// The clocks of this machine. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  /// The date, for signatures and expiry.
  [[nodiscard]] virtual WallTime now() const { return std::chrono::system_clock::now(); }

  /// For durations: never set back.
  [[nodiscard]] virtual SteadyTime steady() const { return std::chrono::steady_clock::now(); }

  virtual void sleep(Milliseconds duration);

  /// A number of [0, 1), drawn anew at each call: the jitter of waiting times.
  [[nodiscard]] virtual double chance();
};

}  // namespace muster::net
