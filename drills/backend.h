// What a drill needs of the place where it happens. One class for each kind of place.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "checks/core/result.h"
#include "drills/plan.h"

namespace muster::drills {

/// The newest change of a service, as the place itself records it.
struct Change {
  /// Its id: the `run_id` of the deploy state, the id of a deployment.
  std::string id;
  /// Name of the release that it brought.
  std::string release;
  /// Id of the change that it came upon, and the release that ran then; empty when unknown.
  std::string replaced;
  std::string replaced_release;

  friend bool operator==(const Change&, const Change&) = default;
};

/// One observation.
struct Look {
  /// State, proxy and every serving backend agree on one release and its version.
  bool consistent = false;
  /// What does not agree.
  std::string why;
  /// Nothing when it cannot be read.
  std::optional<Change> newest;
  /// What visitors get; empty when nothing answers.
  std::string served;
};

/// How a run of the deploy path ended.
enum class Shipping {
  Done,
  /// Another deploy is under way; nothing was touched.
  Busy,
  /// There is no such release; nothing was touched.
  Missing,
  /// Another change is the newest now; nothing was touched.
  Overtaken,
  /// Anything else: what it touched is unknown.
  Failed,
};

[[nodiscard]] const char* to_string(Shipping how);

struct Shipped {
  Shipping how = Shipping::Failed;
  /// For people; never stored.
  std::string why;
};

/// The deploy path's own lock, held until the end of the object.
class Hold {
 public:
  Hold() = default;
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;
  virtual ~Hold() = default;
};

class Backend {
 public:
  Backend() = default;
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  virtual ~Backend() = default;

  [[nodiscard]] virtual Look look() = 0;

  /// Errors: somebody else holds it longer than `limit`; the message says who.
  [[nodiscard]] virtual Result<std::unique_ptr<Hold>> hold(std::chrono::milliseconds limit) = 0;

  /// Deploys by the target's own documented path, as the change `run` on top of `expect`. REQUIRES:
  /// no `Hold` of this process: the path takes the lock itself.
  [[nodiscard]] virtual Shipped deploy(const Release& release, const std::string& run,
                                       const std::string& expect) = 0;

  /// After a crash: makes state, proxy and backends agree again where one of them can be believed,
  /// without stopping anything. REQUIRES: a `Hold`. Errors: nothing healthy is left to agree on.
  [[nodiscard]] virtual Status realign() = 0;

  /// Errors: there is no such release.
  [[nodiscard]] virtual Result<std::string> digest(const std::string& release) = 0;

  /// Whether the service, as visitors see it, does all that is declared under `verify`. Errors say
  /// what it does not.
  [[nodiscard]] virtual Status verify() = 0;
};

}  // namespace muster::drills
