// How often AWS lets itself be asked: calls wait for their turn instead of being refused.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "net/clock.h"

namespace muster::aws {

/// The calls of a run that have a limit which is worth keeping to: the others are slower than
/// theirs anyway, or are told to slow down. A limit is of an account, a region and a call, or all
/// calls of a service. Thread-safe. Source: CloudTrail, ECS and EC2 documentation of quotas
/// (LookupEvents 2 a second, which AWS does not raise); experience of others with CloudFront.
class Rates {
 public:
  /// Returns when the call may be made.
  void wait(std::string_view service, std::string_view action, const std::string& region,
            net::Clock& clock);

 private:
  /// Calls that may be made at once, up to `burst`; below zero while some wait.
  struct Bucket {
    double left = 0;
    net::SteadyTime filled{};
  };

  std::mutex mutex_;
  std::map<std::string, Bucket> buckets_;
};

}  // namespace muster::aws
