#include "aws/rates.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

namespace muster::aws {
namespace {

struct Limit {
  std::string_view service;
  /// Empty: all others of the service together.
  std::string_view action;
  double per_second;
  double burst;
};

constexpr std::array<Limit, 7> kLimits = {{{"cloudtrail", "LookupEvents", 2, 1},
                                           {"cloudtrail", "", 10, 10},
                                           {"cloudfront", "", 5, 10},
                                           {"iam", "GenerateServiceLastAccessedDetails", 5, 5},
                                           {"iam", "GetServiceLastAccessedDetails", 5, 5},
                                           {"ecs", "", 20, 50},
                                           {"ec2", "", 20, 100}}};

}  // namespace

void Rates::wait(std::string_view service, std::string_view action, const std::string& region,
                 net::Clock& clock) {
  const auto limit = std::ranges::find_if(kLimits, [&](const Limit& one) {
    return one.service == service && (one.action.empty() || one.action == action);
  });
  if (limit == kLimits.end()) {
    return;
  }
  double missing = 0;
  {
    const std::lock_guard lock(mutex_);
    const std::string name = std::string(service) + ":" + std::string(limit->action) + ":" + region;
    const auto now = clock.steady();
    const auto [found, fresh] = buckets_.try_emplace(name, Bucket{limit->burst, now});
    Bucket& bucket = found->second;
    const std::chrono::duration<double> since = now - bucket.filled;
    bucket.left = std::min(limit->burst, bucket.left + since.count() * limit->per_second) - 1;
    bucket.filled = now;
    missing = std::max(0.0, -bucket.left);
  }
  if (missing > 0) {
    const double milliseconds = std::ceil(missing / limit->per_second * 1000.0);
    clock.sleep(net::Milliseconds(static_cast<long long>(milliseconds)));
  }
}

}  // namespace muster::aws
