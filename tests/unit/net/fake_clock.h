// A clock that stands still until someone sleeps.
#pragma once

#include <vector>

#include "net/clock.h"

namespace muster::net {

class FakeClock : public Clock {
 public:
  [[nodiscard]] WallTime now() const override { return wall; }

  [[nodiscard]] SteadyTime steady() const override { return SteadyTime() + passed; }

  void sleep(Milliseconds duration) override {
    slept.push_back(duration.count());
    passed += duration;
    wall += duration;
  }

  [[nodiscard]] double chance() override { return next_chance; }

  /// 2026-11-22T12:00:00Z.
  WallTime wall{std::chrono::seconds(1'795'348'800)};
  Milliseconds passed{0};
  double next_chance = 0.0;
  /// In milliseconds, in order.
  std::vector<long> slept;
};

}  // namespace muster::net
