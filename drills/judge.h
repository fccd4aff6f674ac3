// What a drill showed, from its samples and the times of its steps. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "drills/plan.h"
#include "drills/sampler.h"

namespace muster::drills {

/// Times of the steps, in microseconds of the monotonic clock.
struct Marks {
  std::int64_t sampling = 0;
  /// The rollback command was started; every backend was proven to be on the old version.
  std::int64_t rollback = 0;
  std::int64_t verified_old = 0;
  /// The same of the way forward.
  std::int64_t forward = 0;
  std::int64_t verified_new = 0;
  std::int64_t sampled = 0;
};

/// Durations in milliseconds, rounded up.
struct Metrics {
  /// From the command to the first answer of the old version.
  std::int64_t act_ms = 0;
  /// From there to the last answer of the new one.
  std::int64_t converge_ms = 0;
  /// From there until all backends were proven to have settled.
  std::int64_t verify_ms = 0;
  /// The sum: what a visitor of a broken release waits from the command on. A planned drill has
  /// nothing to detect and nothing to decide.
  std::int64_t rto_ms = 0;
  /// The way forward, as a whole.
  std::int64_t restore_ms = 0;
  /// Together, the time in which requests were lost.
  std::int64_t downtime_ms = 0;
  /// In which both versions answered, on both ways.
  std::int64_t mixed_ms = 0;
  std::size_t sent = 0;
  std::size_t ok = 0;
  std::size_t lost = 0;
  std::size_t retry_safe = 0;
  std::map<std::string, std::size_t> by_version;
};

struct Judgement {
  Metrics metrics;
  /// What speaks against it; empty = passed.
  std::vector<std::string> against;
};

/// REQUIRES: samples by time; both ways were proven.
[[nodiscard]] Judgement judge(const Plan& plan, const Marks& marks,
                              const std::vector<Sample>& samples);

}  // namespace muster::drills
