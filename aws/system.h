// The machine that muster runs on, as far as finding credentials needs it:
// environment, files, programs, clock, network. Tests put their own in its
// place.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/core/result.h"
#include "net/clock.h"
#include "net/http.h"

namespace muster::aws {

/// How a program ended.
struct Ended {
  /// Its exit code; 128 + n when signal n ended it.
  int status = 0;
  std::string output{};
  /// The beginning of what it wrote to its error stream.
  std::string errors{};
};

class System {
 public:
  System(net::Http& http, net::Clock& clock) : http_(http), clock_(clock) {}

  virtual ~System() = default;

  /// An environment variable; nothing when it is not set. An empty one is
  /// there.
  [[nodiscard]] virtual std::optional<std::string> variable(const std::string& name) const;

  /// The bytes of a file; nothing when there is no such file. Errors:
  /// `Unreadable`, `Limit` for more than a mebibyte.
  [[nodiscard]] virtual Result<std::optional<std::string>> read_file(const std::string& path) const;

  /// Runs a program without a shell, with nothing on its input; searches `PATH`
  /// when the first word has no slash. Errors: `NotFound` when it cannot be
  /// started, `Limit` when it writes more than 64 KiB or takes more than a
  /// minute (it is killed then). REQUIRES: at least one word.
  [[nodiscard]] virtual Result<Ended> run(const std::vector<std::string>& words) const;

  [[nodiscard]] net::Http& http() const { return http_; }

  [[nodiscard]] net::Clock& clock() const { return clock_; }

  /// A path with `~` in front of its first slash as the home folder.
  [[nodiscard]] std::string expanded(const std::string& path) const;

 private:
  net::Http& http_;
  net::Clock& clock_;
};

}  // namespace muster::aws
