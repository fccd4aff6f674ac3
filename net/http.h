// One question to a web service and its answer, and the seam behind which tests put a fake.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster::net {

struct Header {
  std::string name{};
  std::string value{};
};

/// The value of the first header of this name, without regard to case; nothing when it is absent.
[[nodiscard]] std::optional<std::string> find_header(const std::vector<Header>& headers,
                                                     std::string_view name);

/// Where a request may go.
enum class Reach {
  /// A service on the internet: https alone.
  Public,
  /// An address that the user gave for a service: http too, as the AWS CLI allows it.
  Endpoint,
  /// The metadata service of a machine or container: http too, and never through a proxy.
  Metadata,
};

struct Request {
  std::string method = "GET";
  std::string url{};
  /// Sent as they stand; the transport adds `User-Agent`, `Accept` and `Content-Length`.
  std::vector<Header> headers{};
  std::string body{};
  Reach reach = Reach::Public;
  /// What is asked, for the log: `iam ListRoles`.
  std::string label{};
  /// Instead of the transport's own limits for connecting and for the whole exchange.
  std::optional<std::chrono::milliseconds> timeout{};
};

/// Why there is no whole answer.
enum class Failure {
  None,
  /// The request was not sent: its address or a header breaks a rule of the transport.
  Refused,
  /// The host has no address, or nothing listens there, or TLS could not begin.
  Connect,
  /// The other side could not prove who it is: unknown authority, wrong name, expired.
  Certificate,
  /// The answer did not come, or not to its end, in the time there was.
  Timeout,
  /// The connection broke, or what came is no HTTP, or less than was announced.
  Broken,
  /// Body or headers are larger than the transport takes.
  TooLarge,
};

/// An answer of any status, or the failure to get one.
struct Reply {
  int status = 0;
  std::vector<Header> headers{};
  std::string body{};
  Failure failure = Failure::None;
  /// For people, when there is a failure; holds no header, body or query.
  std::string why{};
};

/// Asks web services.
class Http {
 public:
  virtual ~Http() = default;

  /// Sends the request and waits for its answer. May be called by any number of threads at once.
  [[nodiscard]] virtual Reply send(const Request& request) = 0;
};

}  // namespace muster::net
