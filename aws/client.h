// Asks AWS: signs, sends, tries again where that is worth it. Everything above
// sees calls and answers alone.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "aws/call.h"
#include "aws/config.h"
#include "aws/credentials.h"
#include "aws/rates.h"
#include "net/retry.h"

namespace muster::aws {

/// Gets credentials from where they come from, anew at each call.
using FetchCredentials = std::function<Result<Credentials>()>;

/// Credentials that are fetched again in time: from 15 minutes before they end
/// if that works, from 10 minutes before whether it works or not (sooner for
/// sessions shorter than half an hour). Thread-safe.
class CredentialCache {
 public:
  CredentialCache(FetchCredentials fetch, net::Clock& clock)
      : fetch_(std::move(fetch)), clock_(clock) {}

  [[nodiscard]] Result<Credentials> get();

  /// A service said that these have expired: the next `get` fetches new ones,
  /// unless another caller has done so already.
  void drop(const Credentials& expired);

 private:
  [[nodiscard]] bool usable(double share, std::chrono::minutes window) const;

  FetchCredentials fetch_;
  net::Clock& clock_;
  std::mutex mutex_;
  std::optional<Credentials> held_;
  net::WallTime fetched_;
};

/// What all clients of a run share. Thread-safe.
class CallBudget {
 public:
  net::RetryPolicy policy{};
  net::RetryQuota quota{};
  Rates rates{};
  /// No attempt starts behind it.
  std::optional<net::SteadyTime> deadline{};

  /// How far the clock of a service's host is ahead of ours.
  [[nodiscard]] net::Milliseconds clock_offset(const std::string& host);
  void set_clock_offset(const std::string& host, net::Milliseconds offset);

 private:
  std::mutex mutex_;
  std::map<std::string, net::Milliseconds> offsets_;
};

/// Calls services of one account in one region. Thread-safe.
class Client {
 public:
  /// `credentials` may be null: anonymous calls alone. All must outlive the
  /// client.
  Client(const Config& config, CallBudget& budget, CredentialCache* credentials, std::string region,
         std::string account = {})
      : config_(&config),
        budget_(&budget),
        credentials_(credentials),
        region_(std::move(region)),
        account_(std::move(account)) {}

  /// Makes the call. Attempts as AWS's standard mode has it, but up to eight; a
  /// wrong clock is corrected once by the service's own date, an ended session
  /// renewed once.
  [[nodiscard]] Answer call(const Call& call) const;

  /// The same of another region.
  [[nodiscard]] Client in(std::string region) const {
    Client other = *this;
    other.region_ = std::move(region);
    return other;
  }

  [[nodiscard]] const std::string& region() const { return region_; }

  [[nodiscard]] const std::string& account() const { return account_; }

  [[nodiscard]] const Config& config() const { return *config_; }

 private:
  class Attempt;

  const Config* config_;
  CallBudget* budget_;
  CredentialCache* credentials_;
  std::string region_;
  std::string account_;
};

}  // namespace muster::aws
