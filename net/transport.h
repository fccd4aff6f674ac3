// The one way out: libcurl, with TLS always verified and every size and time bounded.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "net/clock.h"
#include "net/http.h"

namespace muster::net {

struct TransportOptions {
  std::string user_agent = "muster";
  /// A PEM file of the authorities to trust instead of the system's. There is no way to trust
  /// everybody.
  std::string ca_bundle{};
  Milliseconds connect_timeout{5000};
  /// An answer of which nothing comes for so long is given up.
  std::chrono::seconds stall_timeout{20};
  /// For the whole exchange, without the time it waited for its turn.
  Milliseconds total_timeout{120'000};
  std::size_t body_bytes = 32U << 20U;
  std::size_t header_bytes = 64U << 10U;
  /// Exchanges at once with one host, and with all; the others wait for their turn.
  std::size_t per_host = 50;
  std::size_t in_all = 200;
  /// One line for each exchange: label, method, address without query, status, size, time. Never a
  /// header or a body. Called by the transport's own thread.
  std::function<void(std::string_view)> log{};
};

/// libcurl's multi interface on a thread of its own: callers of `send` wait, the thread drives all
/// their exchanges and keeps connections alive. Proxies as libcurl reads them from `HTTPS_PROXY`
/// and `NO_PROXY`. Redirects are not followed: a signature and a token must not go to another host.
class Transport final : public Http {
 public:
  explicit Transport(TransportOptions options);
  /// REQUIRES: no call of `send` is under way.
  ~Transport() override;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  [[nodiscard]] Reply send(const Request& request) override;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace muster::net
