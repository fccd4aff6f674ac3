// The drill as visitors see it: requests at a fixed rate, each with what came of it.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace muster::drills {

enum class Fate {
  /// A whole answer with status 200.
  Ok,
  /// A kept connection broke before a byte of the answer had come, and the same request on a new
  /// one was answered: what
  /// every client may do by itself (RFC 9110, 9.2.2).
  RetrySafe,
  /// Anything else: refused, reset, timed out, cut short, another status.
  Lost,
};

[[nodiscard]] const char* to_string(Fate fate);

/// One request. Times are microseconds of the monotonic clock.
struct Sample {
  /// When it was due: waiting for a slow answer before it counts, too.
  std::int64_t due_us = 0;
  std::int64_t start_us = 0;
  std::int64_t end_us = 0;
  Fate fate = Fate::Lost;
  /// 0 without an answer.
  int status = 0;
  /// What the answer told; empty when it told none.
  std::string version;
  std::string error;
};

/// Where to ask, and how often.
struct SamplerOptions {
  std::string url;
  /// Member of the JSON answer that tells the version.
  std::string member;
  unsigned rate = 50;
};

/// Asks from its start to its end, on kept connections, with threads of its own.
class Sampler {
 public:
  explicit Sampler(SamplerOptions options);
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;
  ~Sampler();

  /// Ends it and gives all samples, by the time they were due. Can be called once.
  [[nodiscard]] std::vector<Sample> finish();

  /// How many were lost up to now.
  [[nodiscard]] std::size_t lost() const { return lost_; }

 private:
  void ask_on();

  SamplerOptions options_;
  std::int64_t begin_us_;
  std::atomic<std::int64_t> next_{0};
  std::atomic<bool> done_{false};
  std::atomic<std::size_t> lost_{0};
  std::mutex mutex_;
  std::vector<Sample> samples_;
  std::vector<std::thread> threads_;
};

/// Microseconds of the monotonic clock, now.
[[nodiscard]] std::int64_t monotonic_us();

}  // namespace muster::drills
