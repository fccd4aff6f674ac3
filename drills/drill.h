// Carries a plan out, and puts the service back when that was interrupted. The only way a drill
// changes anything is the target's own deploy path; after a crash also the link of a blue/green
// proxy, under the deploy path's lock.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "drills/backend.h"
#include "drills/journal.h"
#include "net/clock.h"

namespace muster::drills {

enum class Verdict {
  Passed,
  /// It did not pass; what ran before is proven to run again.
  Failed,
  /// Nothing was touched, and something must be put right before it can begin.
  Refused,
  /// Nothing can be said: somebody else deployed, a lock was busy, or the evidence could not be
  /// kept.
  Unproven,
  /// What ran before is not proven to run again: a human must look.
  Stuck,
};

struct Outcome {
  Verdict verdict = Verdict::Unproven;
  std::string reason;
  std::optional<Metrics> metrics{};
};

struct Surroundings {
  Journal& journal;
  Backend& backend;
  net::Clock& clock;
  /// One line of progress.
  std::function<void(std::string_view)> tell;
  /// Set when the operator wants it to end: a drill that has touched something puts it back first.
  const std::atomic<bool>& stop;
};

/// The lock that a drill of this target holds while it lives: beside the deploy path's own, so that
/// every checkout and every user of the host finds the same.
[[nodiscard]] std::string drill_lock(const Plan& plan);

/// Runs the drill `id`. Before it begins, drills of the same environment that were left open are
/// put right.
[[nodiscard]] Outcome run_drill(const Plan& plan, const std::string& id, const Surroundings& with);

/// Puts the service back: `steps` are those of the drill so far. What it notes in the journal is
/// not read again, so that a journal that fails does not keep it from its work. REQUIRES: the
/// drill's lock is held by the caller.
[[nodiscard]] Outcome restore(const std::string& id, const Plan& plan, std::vector<Step> steps,
                              const Surroundings& with);

/// `restore` for a drill that did not end, from its journal alone. REQUIRES: its lock is held by
/// the caller, and its journal row is open. Decides by what is seen, never by the last row alone;
/// may itself be killed and run again.
[[nodiscard]] Outcome recover(const std::string& id, const Surroundings& with);

/// As JSON with sorted keys.
[[nodiscard]] std::string to_json(const Metrics& metrics);

}  // namespace muster::drills
