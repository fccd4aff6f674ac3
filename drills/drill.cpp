#include "drills/drill.h"

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "checks/core/digest.h"
#include "drills/file_lock.h"
#include "drills/make_plan.h"
#include "drills/settle.h"
#include "drills/watchdog.h"
#include "drills/words.h"

namespace muster::drills {
namespace {

using nlohmann::json;

/// How long another drill's watchdog may hold the lock after its end.
constexpr std::chrono::milliseconds kLease{2000};
/// A deploy that is under way is waited for so long before a drill gives up.
constexpr std::chrono::milliseconds kDeployLock{1000};
constexpr std::chrono::milliseconds kTurning{3000};

class Drill {
 public:
  Drill(const Plan& plan, std::string id, const Surroundings& with)
      : plan_(plan), id_(std::move(id)), with_(with) {}

  Outcome run() {
    if (Status ready = preflight(); !ready) {
      return refuse(ready.error());
    }
    if (const Status begun = with_.journal.begin(id_, plan_); !begun) {
      return {Verdict::Refused, "nothing was touched: " + begun.error().message};
    }
    auto watchdog = Watchdog::arm({with_.journal.path(), id_, drill_lock(plan_)});
    if (!watchdog) {
      return end("refused", Verdict::Refused, watchdog.error().message + "; nothing was touched");
    }
    with_.tell("watchdog armed");
    Outcome outcome = rehearse();
    if (outcome.verdict != Verdict::Stuck) {
      watchdog.value().dismiss();
    }
    return outcome;
  }

 private:
  // ---- before anything is touched
  // --------------------------------------------------------------------

  Status preflight() {
    with_.tell("preflight");
    MUSTER_CHECK_OK(still_as_planned(plan_, with_.backend));
    if (wants_stop()) {
      return Error{ErrorCode::Usage, "it was told to stop", {}};
    }
    MUSTER_TRY(const auto hold, with_.backend.hold(kDeployLock));
    const Look seen = settle(with_.backend, with_.clock);
    if (!seen.consistent) {
      return Error{ErrorCode::Invalid, "the service is not settled: " + seen.why, {}};
    }
    if (seen.newest->id != plan_.baseline || seen.newest->release != plan_.from.name) {
      return Error{ErrorCode::Invalid,
                   "`" + seen.newest->release + "` (" + seen.newest->id +
                       ") runs, the plan begins with `" + plan_.from.name + "` (" + plan_.baseline +
                       "): make a new plan",
                   {}};
    }
    return with_.backend.verify();
  }

  Outcome refuse(const Error& error) {
    const std::string reason = error.message + "; nothing was touched";
    const Status kept = with_.journal.refuse(id_, plan_, reason);
    const bool busy = error.code == ErrorCode::Limit;
    return {busy ? Verdict::Unproven : Verdict::Refused,
            kept ? reason : reason + "; " + kept.error().message};
  }

  [[nodiscard]] bool wants_stop() const {
    const std::string& file = plan_.target.stop_file;
    return with_.stop || (!file.empty() && ::access(from_root(plan_, file).c_str(), F_OK) == 0);
  }

  // ---- the rehearsal
  // -----------------------------------------------------------------------------------

  Outcome rehearse() {
    Sampler sampler({plan_.target.balancer + plan_.target.version_path, plan_.target.version_member,
                     plan_.target.rate});
    marks_.sampling = monotonic_us();
    if (!note("baseline", Phase::Intent, json::object(), "baseline")) {
      return end("refused", Verdict::Refused, "nothing was touched: " + unwritten_);
    }
    const Look before = settle(with_.backend, with_.clock);
    if (!before.consistent || before.newest->id != plan_.baseline || sampler.lost() > 0) {
      const std::string why = !before.consistent   ? before.why
                              : sampler.lost() > 0 ? "requests are lost already"
                                                   : "another change came";
      return end("refused", Verdict::Refused,
                 "the service is not as it was: " + why + "; nothing was touched");
    }
    if (wants_stop()) {
      return end("refused", Verdict::Refused, "it was told to stop; nothing was touched");
    }
    if (!note("baseline", Phase::Done, json::object(), "baseline")) {
      return end("refused", Verdict::Refused, "nothing was touched: " + unwritten_);
    }
    return go_back(sampler);
  }

  Outcome go_back(Sampler& sampler) {
    const std::string run = id_ + ".1";
    if (!intent("rollback", plan_.to, run, plan_.baseline, "rolling_back")) {
      return end("refused", Verdict::Refused, "nothing was touched: " + unwritten_);
    }
    with_.tell("rolling back to `" + plan_.to.name + "`");
    marks_.rollback = monotonic_us();
    const Shipped shipped = with_.backend.deploy(plan_.to, run, plan_.baseline);
    note("rollback", shipped.how == Shipping::Done ? Phase::Done : Phase::Failed,
         {{"how", to_string(shipped.how)}}, "rolling_back");
    if (shipped.how != Shipping::Done) {
      return not_shipped(shipped);
    }
    const Look old = proven(plan_.to);
    marks_.verified_old = monotonic_us();
    if (!is_on(old, plan_.to, plan_.baseline)) {
      return put_back("the rollback is not proven: " + complaint(old, plan_.to));
    }
    note("verify_old", Phase::Done, {{"change", old.newest->id}}, "verified_old");
    return go_forward(sampler, old.newest->id);
  }

  /// The command of the rollback says itself that it touched nothing, or nobody knows.
  Outcome not_shipped(const Shipped& shipped) {
    switch (shipped.how) {
      case Shipping::Busy:
        return end("superseded", Verdict::Unproven,
                   "another deploy is under way; nothing was touched");
      case Shipping::Overtaken:
        return end("superseded", Verdict::Unproven, "somebody else deployed; nothing was touched");
      case Shipping::Missing:
        return end("refused", Verdict::Refused,
                   "there is no `" + plan_.to.name + "`; nothing was touched");
      case Shipping::Done:
      case Shipping::Failed:
        break;
    }
    return put_back("the rollback failed: " + shipped.why);
  }

  Outcome go_forward(Sampler& sampler, const std::string& ours) {
    const std::string run = id_ + ".2";
    intent("forward", plan_.from, run, ours, "rolling_forward");
    with_.tell("rolling forward to `" + plan_.from.name + "`");
    marks_.forward = monotonic_us();
    const Shipped shipped = with_.backend.deploy(plan_.from, run, ours);
    note("forward", shipped.how == Shipping::Done ? Phase::Done : Phase::Failed,
         {{"how", to_string(shipped.how)}}, "rolling_forward");
    if (shipped.how != Shipping::Done) {
      return put_back("the way forward failed: " + shipped.why);
    }
    const Look now = proven(plan_.from);
    marks_.verified_new = monotonic_us();
    if (!is_on(now, plan_.from, ours)) {
      return put_back("what ran before is not proven to run again: " + complaint(now, plan_.from));
    }
    marks_.sampled = monotonic_us();
    note("verify_new", Phase::Done, {{"change", now.newest->id}}, "verified_new");
    return conclude(sampler.finish());
  }

  Outcome conclude(const std::vector<Sample>& samples) {
    Judgement judged = judge(plan_, marks_, samples);
    if (!with_.journal.keep_samples(id_, samples) || !unwritten_.empty()) {
      return {Verdict::Unproven,
              "`" + plan_.from.name + "` runs again, but the journal could not be written",
              judged.metrics};
    }
    std::string reason;
    for (const std::string& why : judged.against) {
      reason += (reason.empty() ? "" : "; ") + why;
    }
    const bool passed = judged.against.empty();
    if (passed) {
      reason = "rolled back in " + std::to_string(judged.metrics.rto_ms) +
               " ms and forward again in " + std::to_string(judged.metrics.restore_ms) + " ms";
    }
    const Status closed =
        with_.journal.close(id_, passed ? "passed" : "failed", reason, to_json(judged.metrics));
    if (!closed) {
      return {Verdict::Unproven, closed.error().message, judged.metrics};
    }
    return {passed ? Verdict::Passed : Verdict::Failed, reason, judged.metrics};
  }

  // ---- what is seen
  // ------------------------------------------------------------------------------------

  Look proven(const Release& release) {
    Look seen = settle_within(with_.backend, with_.clock, kTurning);
    if (seen.consistent && seen.served == release.version) {
      if (const Status all = with_.backend.verify(); !all) {
        seen.consistent = false;
        seen.why = all.error().message;
      }
    }
    return seen;
  }

  /// Whether the release runs, by a change of ours that came upon `replaced`.
  [[nodiscard]] bool is_on(const Look& seen, const Release& release,
                           const std::string& replaced) const {
    return seen.consistent && seen.newest->release == release.name &&
           seen.served == release.version && seen.newest->id != replaced &&
           (seen.newest->replaced.empty() || seen.newest->replaced == replaced) &&
           (!holds(plan_.target.deploy, "{run}") || seen.newest->id.starts_with(id_ + "."));
  }

  [[nodiscard]] static std::string complaint(const Look& seen, const Release& release) {
    return !seen.consistent ? seen.why
                            : "`" + seen.newest->release + "` (" + seen.newest->id +
                                  ") runs, not `" + release.name + "` of this drill";
  }

  // ---- the journal and the end
  // -------------------------------------------------------------------------

  /// Whether it could be written. Before the first change that counts; after it the service comes
  /// first.
  bool note(const std::string& name, Phase phase, const json& data, const std::string& state) {
    const std::string text = data.dump(-1, ' ', false, json::error_handler_t::replace);
    steps_.push_back({id_, 0, name, to_string(phase), "", "", 0, text});
    const Status kept = with_.journal.add(id_, name, phase, text, state);
    if (!kept) {
      unwritten_ = kept.error().message;
    }
    return kept.ok();
  }

  bool intent(const std::string& name, const Release& release, const std::string& run,
              const std::string& expect, const std::string& state) {
    return note(name, Phase::Intent, {{"release", release.name}, {"run", run}, {"expect", expect}},
                state);
  }

  /// Ends a drill that has touched nothing.
  Outcome end(const std::string& outcome, Verdict verdict, const std::string& reason) {
    const Status closed = with_.journal.close(id_, outcome, reason, "");
    return {verdict, closed ? reason : reason + "; " + closed.error().message};
  }

  /// Ends one that has, by the way that a resume takes too.
  Outcome put_back(const std::string& why) {
    with_.tell(why + "; putting `" + plan_.from.name + "` back");
    Outcome outcome = restore(id_, plan_, steps_, with_);
    outcome.reason = why + "; " + outcome.reason;
    if (!unwritten_.empty() && outcome.verdict == Verdict::Failed) {
      outcome.verdict = Verdict::Unproven;
    }
    return outcome;
  }

  const Plan& plan_;
  std::string id_;
  const Surroundings& with_;
  Marks marks_;
  /// As in the journal; only names, phases and data.
  std::vector<Step> steps_;
  /// Why a step could not be written; empty when all were.
  std::string unwritten_;
};

/// Two drills in one environment would not know which one visitors suffer from. Errors name the one
/// that is open.
Status check_none_open(const Plan& plan, Journal& journal) {
  MUSTER_TRY(const auto all, journal.drills());
  for (const DrillRow& row : all) {
    if (row.state != "closed" && row.environment == plan.target.environment) {
      return Error{ErrorCode::Limit,
                   "drill " + row.id + " of `" + row.target +
                       "` in the same environment did not end: `muster drill resume`",
                   {}};
    }
  }
  return Done{};
}

}  // namespace

std::string drill_lock(const Plan& plan) {
  return from_root(plan, plan.target.lock) + ".muster";
}

Outcome run_drill(const Plan& plan, const std::string& id, const Surroundings& with) {
  auto lease = FileLock::take(drill_lock(plan), kLease);
  if (!lease) {
    return {Verdict::Refused, lease.error().message + "; nothing was touched"};
  }
  if (!lease.value()) {
    return {Verdict::Unproven, "another drill of `" + plan.target.name +
                                   "` is under way, process " + holder_of(drill_lock(plan)) +
                                   "; nothing was touched"};
  }
  if (const Status none = check_none_open(plan, with.journal); !none) {
    return {Verdict::Unproven, none.error().message + "; nothing was touched"};
  }
  return Drill(plan, id, with).run();
}

std::string to_json(const Metrics& metrics) {
  return json{{"rto_ms", metrics.rto_ms},
              {"t_detect_ms", 0},
              {"t_decide_ms", 0},
              {"t_act_ms", metrics.act_ms},
              {"t_converge_ms", metrics.converge_ms},
              {"t_verify_ms", metrics.verify_ms},
              {"t_restore_ms", metrics.restore_ms},
              {"downtime_ms", metrics.downtime_ms},
              {"mixed_ms", metrics.mixed_ms},
              {"sent", metrics.sent},
              {"ok", metrics.ok},
              {"lost", metrics.lost},
              {"retry_safe", metrics.retry_safe},
              {"by_version", metrics.by_version}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace muster::drills
