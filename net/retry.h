// When to ask again, after AWS's standard mode: full jitter, a quota for the whole client, a
// deadline for the whole run. What is worth asking again the caller knows.
#pragma once

#include <mutex>
#include <optional>

#include "net/clock.h"

namespace muster::net {

/// More attempts than the three of the SDKs: an audit that ends incomplete is worth nothing.
struct RetryPolicy {
  int attempts = 8;
  /// Attempt n waits a random part of `base * 2^(n-1)`, at most of `cap`.
  Milliseconds base{1000};
  Milliseconds cap{30'000};
  /// What a service asks for (`Retry-After`) counts up to this much beyond our own waiting time.
  Milliseconds slack{5000};
};

/// Why an attempt failed, as far as waiting goes.
enum class RetryReason {
  /// The service or the way to it failed.
  Transient,
  /// No answer in time: dearer, because each took long.
  Timeout,
  /// The service asks for fewer calls.
  Throttle,
};

/// Tokens that all calls of a client share: when a service is down, calls fail at their first
/// attempt instead of each waiting through eight. Thread-safe.
/// Source: AWS SDKs and Tools Reference Guide, "Retry behavior" (500 tokens, 5 a retry, 10 for a
/// timeout).
class RetryQuota {
 public:
  explicit RetryQuota(int tokens = 500) : tokens_(tokens), capacity_(tokens) {}

  /// Takes `cost` tokens, or none and says no.
  [[nodiscard]] bool take(int cost);
  /// Gives tokens back, up to the capacity.
  void give(int tokens);

 private:
  std::mutex mutex_;
  int tokens_;
  int capacity_;
};

/// The attempts of one call. Not thread-safe; one for each call.
class Attempts {
 public:
  /// `deadline`: no attempt starts behind it.
  Attempts(const RetryPolicy& policy, RetryQuota& quota, Clock& clock,
           std::optional<SteadyTime> deadline = {})
      : policy_(policy), quota_(quota), clock_(clock), deadline_(deadline) {}

  /// After a failed attempt: waits and says yes, or says no when there is no attempt, no token or
  /// no time left. `asked`: what the service wants us to wait.
  [[nodiscard]] bool again(RetryReason reason, std::optional<Milliseconds> asked = {});

  /// After the attempt that worked: the tokens of the last retry go back, one when there was none.
  void succeeded();

  /// How many attempts were made, the present one included.
  [[nodiscard]] int made() const { return made_; }

 private:
  [[nodiscard]] Milliseconds waiting_time(std::optional<Milliseconds> asked);

  RetryPolicy policy_;
  RetryQuota& quota_;
  Clock& clock_;
  std::optional<SteadyTime> deadline_;
  int made_ = 1;
  int last_cost_ = 0;
};

}  // namespace muster::net
