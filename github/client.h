// Asks GitHub's REST API: pages, limits, entity tags, attempts. Everything above sees answers
// alone. Source: GitHub Docs, "Best practices for using the REST API", "Rate limits for the REST
// API", "Using pagination in the REST API".
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "github/cache.h"
#include "net/clock.h"
#include "net/http.h"
#include "net/retry.h"
#include "net/secret.h"
#include "net/url.h"
#include "net/value.h"

namespace muster::github {

/// Why something that was asked for did not come.
enum class ProblemKind {
  /// The token is missing, wrong or ended (401).
  Credentials,
  /// GitHub says no (403).
  Forbidden,
  /// Not there, or the token may not know that it is (404).
  NotFound,
  /// The limit of requests, for longer than we wait.
  Limited,
  /// Something on the way or on their side, after all attempts.
  Transient,
  /// What came is not what the API describes, or not all of it.
  Broken,
  /// Anything that another attempt cannot change: another status, a redirect.
  Refused,
};

/// `credentials`, `forbidden`, `not-found`, `limited`, `transient`, `broken`, `refused`.
[[nodiscard]] const char* to_string(ProblemKind kind);

struct Problem {
  ProblemKind kind = ProblemKind::Broken;
  /// `GET /repos/acme/shop/environments`
  std::string request{};
  /// Of the last answer; 0 when there was none.
  int status = 0;
  /// For people; of GitHub's own message one line, cut short.
  std::string message{};
  int attempts = 1;
};

/// `GET /repos/acme/shop/environments: Not Found (HTTP 404)`
[[nodiscard]] std::string to_string(const Problem& problem);

/// A value, or why there is none.
class Answer {
 public:
  Answer(net::Value value) : value_(std::move(value)) {}

  Answer(Problem problem) : problem_(std::move(problem)) {}

  [[nodiscard]] bool ok() const { return value_.has_value(); }

  /// REQUIRES: ok().
  [[nodiscard]] const net::Value& value() const { return *value_; }

  [[nodiscard]] net::Value& value() { return *value_; }

  /// REQUIRES: !ok().
  [[nodiscard]] const Problem& problem() const { return problem_; }

 private:
  std::optional<net::Value> value_;
  Problem problem_;
};

/// Who asks, where, and how patiently.
struct ClientOptions {
  net::Url api;
  /// May be empty: what is public can be read without, slowly.
  net::Secret token{};
  net::RetryPolicy policy{};
  /// For how long in all we wait for limits of GitHub to pass.
  std::chrono::seconds longest_wait{900};
  /// Told before such a wait.
  std::function<void(std::chrono::seconds)> waiting{};
};

/// Calls of one run. Not thread-safe: GitHub asks not to be called twice at once.
class Client {
 public:
  /// All must outlive the client; `cache` keeps entity tags from run to run.
  Client(ClientOptions options, net::Http& http, net::Clock& clock, Cache& cache);

  /// One object. `path` begins with `/`, its parts are encoded.
  [[nodiscard]] Answer get(const std::string& path);

  /// All pages of an array, as a List.
  [[nodiscard]] Answer list(const std::string& path);

  /// All pages of an object whose list is `member`: the object of the first page with the whole
  /// list. A list that is shorter than its `total_count` is none.
  [[nodiscard]] Answer list(const std::string& path, std::string_view member);

 private:
  struct Page {
    net::Value value;
    /// Address of the next page; empty = this is the last.
    std::string next;
  };

  class Exchange;

  [[nodiscard]] Answer pages(const std::string& path, std::string_view member);

  ClientOptions options_;
  net::Http& http_;
  net::Clock& clock_;
  Cache& cache_;
  net::RetryQuota quota_;
  std::chrono::seconds waited_{0};
  /// The version of the API that we ask for; an older server knows only the older one.
  std::string version_;
};

}  // namespace muster::github
