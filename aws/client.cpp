#include "aws/client.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "aws/time.h"
#include "net/url.h"

namespace muster::aws {
namespace {

/// What the service asks us to wait: `x-amz-retry-after` in milliseconds,
/// `Retry-After` in seconds.
std::optional<net::Milliseconds> asked_wait(const net::Reply& reply) {
  const auto milliseconds = net::find_header(reply.headers, "x-amz-retry-after");
  const auto seconds = net::find_header(reply.headers, "Retry-After");
  const std::string text = milliseconds ? *milliseconds : seconds.value_or("");
  unsigned number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || problem != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return net::Milliseconds(milliseconds ? number : number * 1000LL);
}

net::RetryReason reason_of(const CallError& error, const net::Reply& reply) {
  return error.kind == ErrorKind::Throttle        ? net::RetryReason::Throttle
         : reply.failure == net::Failure::Timeout ? net::RetryReason::Timeout
                                                  : net::RetryReason::Transient;
}

}  // namespace

// ---- credentials
// ---------------------------------------------------------------------------------

/// Whether the held credentials last longer than the window, or than this share
/// of their time.
bool CredentialCache::usable(double share, std::chrono::minutes window) const {
  if (!held_->expires) {
    return true;
  }
  const auto life = std::chrono::duration<double>(*held_->expires - fetched_);
  const auto left = std::chrono::duration<double>(*held_->expires - clock_.now());
  return left > std::min(std::chrono::duration<double>(window), life * share);
}

Result<Credentials> CredentialCache::get() {
  const std::lock_guard lock(mutex_);
  if (held_ && usable(0.5, std::chrono::minutes(15))) {
    return *held_;
  }
  auto fetched = fetch_();
  if (fetched && fetched.value().expires && *fetched.value().expires <= clock_.now()) {
    fetched = Error{ErrorCode::Unreadable,
                    "the credentials of " + fetched.value().source + " ended at " +
                        iso_date(*fetched.value().expires),
                    {}};
  }
  if (fetched) {
    held_ = fetched.value();
    fetched_ = clock_.now();
  } else if (held_ && usable(0.25, std::chrono::minutes(10))) {
    return *held_;
  }
  return fetched;
}

void CredentialCache::drop(const Credentials& expired) {
  const std::lock_guard lock(mutex_);
  if (held_ && held_->access_key_id == expired.access_key_id &&
      held_->session_token.reveal() == expired.session_token.reveal()) {
    held_.reset();
  }
}

// ---- what a run shares
// ---------------------------------------------------------------------------

net::Milliseconds CallBudget::clock_offset(const std::string& host) {
  const std::lock_guard lock(mutex_);
  const auto found = offsets_.find(host);
  return found == offsets_.end() ? net::Milliseconds(0) : found->second;
}

void CallBudget::set_clock_offset(const std::string& host, net::Milliseconds offset) {
  const std::lock_guard lock(mutex_);
  offsets_[host] = offset;
}

// ---- a call
// --------------------------------------------------------------------------------------

/// One call on its way: sends it as often as is worth it.
class Client::Attempt {
 public:
  Attempt(const Client& client, const Call& call)
      : client_(client),
        call_(call),
        budget_(*client.budget_),
        clock_(client.config_->system().clock()),
        attempts_(budget_.policy, budget_.quota, clock_, budget_.deadline) {}

  Answer run() {
    while (true) {
      budget_.rates.wait(call_.service.id, call_.action, client_.region_, clock_);
      if (auto ready = prepare(); !ready) {
        const bool setting = ready.error().code == ErrorCode::Usage;
        return named({.kind = setting ? ErrorKind::Refused : ErrorKind::Credentials,
                      .message = to_string(ready.error())});
      }
      const net::Reply reply = client_.config_->system().http().send(request_);
      Answer answer = read_reply(call_, reply);
      if (answer.ok()) {
        attempts_.succeeded();
        return answer;
      }
      if (!worth_another(answer.error(), reply)) {
        return named(answer.error());
      }
    }
  }

 private:
  /// Address, credentials and signature of the next request.
  Status prepare() {
    MUSTER_TRY(const Endpoint endpoint,
               endpoint_of(call_.service, client_.region_, *client_.config_));
    request_ = request_of(call_, endpoint);
    MUSTER_TRY(const net::Url url, net::parse_url(request_.url));
    host_ = url.authority();
    if (call_.anonymous) {
      return Done{};
    }
    if (client_.credentials_ == nullptr) {
      return Error{ErrorCode::Usage, "no credentials", {}};
    }
    MUSTER_TRY(used_, client_.credentials_->get());
    return sign(request_, used_, endpoint.scope, clock_.now() + budget_.clock_offset(host_));
  }

  bool worth_another(const CallError& error, const net::Reply& reply) {
    switch (error.kind) {
      case ErrorKind::Transient:
      case ErrorKind::Throttle:
        return attempts_.again(reason_of(error, reply), asked_wait(reply));
      case ErrorKind::Skew:
        return !std::exchange(clock_corrected_, true) && correct_clock(reply);
      case ErrorKind::Expired:
        if (call_.anonymous || std::exchange(renewed_, true)) {
          return false;
        }
        client_.credentials_->drop(used_);
        return true;
      case ErrorKind::Denied:
      case ErrorKind::Credentials:
      case ErrorKind::Refused:
      case ErrorKind::TooMany:
        return false;
    }
    return false;
  }

  /// Takes over the service's date. No when it gives none.
  bool correct_clock(const net::Reply& reply) {
    const auto date = parse_http_date(net::find_header(reply.headers, "Date").value_or(""));
    if (date) {
      budget_.set_clock_offset(host_,
                               std::chrono::duration_cast<net::Milliseconds>(*date - clock_.now()));
    }
    return date.has_value();
  }

  CallError named(CallError error) const {
    error.service = call_.service.id;
    error.action = call_.action;
    error.account = client_.account_;
    error.region = client_.region_;
    error.attempts = attempts_.made();
    return error;
  }

  const Client& client_;
  const Call& call_;
  CallBudget& budget_;
  net::Clock& clock_;
  net::Attempts attempts_;
  net::Request request_;
  std::string host_;
  Credentials used_;
  bool renewed_ = false;
  bool clock_corrected_ = false;
};

Answer Client::call(const Call& call) const {
  return Attempt(*this, call).run();
}

}  // namespace muster::aws
