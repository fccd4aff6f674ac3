#include "net/retry.h"

#include <algorithm>

namespace muster::net {
namespace {

constexpr int kRetryCost = 5;
constexpr int kTimeoutCost = 10;

}  // namespace

bool RetryQuota::take(int cost) {
  const std::lock_guard lock(mutex_);
  if (tokens_ < cost) {
    return false;
  }
  tokens_ -= cost;
  return true;
}

void RetryQuota::give(int tokens) {
  const std::lock_guard lock(mutex_);
  tokens_ = std::min(capacity_, tokens_ + tokens);
}

Milliseconds Attempts::waiting_time(std::optional<Milliseconds> asked) {
  const int doublings = std::min(made_ - 1, 20);
  const auto most = std::min(policy_.cap, policy_.base * (1L << doublings));
  const Milliseconds own(
      static_cast<Milliseconds::rep>(clock_.chance() * static_cast<double>(most.count())));
  return asked ? std::clamp(*asked, own, own + policy_.slack) : own;
}

bool Attempts::again(RetryReason reason, std::optional<Milliseconds> asked) {
  if (made_ >= policy_.attempts) {
    return false;
  }
  const Milliseconds wait = waiting_time(asked);
  if (deadline_ && clock_.steady() + wait >= *deadline_) {
    return false;
  }
  const int cost = reason == RetryReason::Timeout ? kTimeoutCost : kRetryCost;
  if (!quota_.take(cost)) {
    return false;
  }
  last_cost_ = cost;
  ++made_;
  clock_.sleep(wait);
  return true;
}

void Attempts::succeeded() {
  quota_.give(last_cost_ > 0 ? last_cost_ : 1);
}

}  // namespace muster::net
