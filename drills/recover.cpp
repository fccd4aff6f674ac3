// The order of steps is what makes it safe: lock, look, decide, act, look again.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "drills/drill.h"
#include "drills/settle.h"
#include "drills/words.h"

namespace muster::drills {
namespace {

using nlohmann::json;

constexpr int kRounds = 3;
/// How long two observations may disagree after the proxy was told to read its configuration again.
constexpr std::chrono::milliseconds kTurning{3000};
/// What a deploy may need beyond its own limit until its lock is free.
constexpr std::chrono::seconds kGrace{10};

enum class Next {
  /// Observe again.
  Again,
  Restored,
  Superseded,
};

class Recovery {
 public:
  Recovery(std::string id, const Plan& plan, std::vector<Step> steps, const Surroundings& with)
      : id_(std::move(id)), plan_(plan), steps_(std::move(steps)), with_(with) {}

  Outcome run() {
    note("recover", Phase::Intent, json::object());
    // The last round only looks: what the one before it did may be enough.
    for (int round = 0; round <= kRounds && stuck_.empty(); ++round) {
      switch (put_right(round < kRounds)) {
        case Next::Restored:
          return close("recovered", Verdict::Failed,
                       "the drill did not end; `" + plan_.from.name + "` is proven to run again");
        case Next::Superseded:
          return close("superseded", Verdict::Unproven,
                       "somebody else deployed `" + other_.release + "` (" + other_.id +
                           ") during the drill; nothing more was touched");
        case Next::Again:
          break;
      }
    }
    if (stuck_.empty()) {
      stuck_ = "`" + plan_.from.name + "` does not run again after " + std::to_string(kRounds) +
               " attempts: " + (failure_.empty() ? last_ : failure_);
    }
    note("recover", Phase::Failed, {{"why", stuck_}}, "stuck");
    return {Verdict::Stuck, stuck_};
  }

 private:
  /// One round: under the deploy path's lock look and turn the proxy; then deploy what ran before.
  Next put_right(bool may_deploy) {
    std::string expect;
    {
      auto hold = with_.backend.hold(std::chrono::seconds(plan_.target.timeout_seconds) + kGrace);
      if (!hold) {
        stuck_ = hold.error().message;
        return Next::Again;
      }
      Look seen = settle(with_.backend, with_.clock);
      if (is_foreign(seen)) {
        return Next::Superseded;
      }
      if (has_overwritten(seen)) {
        return Next::Again;
      }
      if (!seen.consistent) {
        with_.tell("not consistent (" + seen.why + "): turning the proxy to what is alive");
        note("realign", Phase::Intent, {{"why", seen.why}});
        const Status turned = with_.backend.realign();
        note("realign", turned ? Phase::Done : Phase::Failed, json::object());
        seen = settle_within(with_.backend, with_.clock, kTurning);
      }
      if (is_restored(seen)) {
        return Next::Restored;
      }
      last_ = seen.consistent ? "`" + seen.newest->release + "` runs" : seen.why;
      expect = seen.newest ? seen.newest->id : "";
    }
    return may_deploy ? deploy_again(expect) : Next::Again;
  }

  Next deploy_again(const std::string& expect) {
    with_.tell("deploying `" + plan_.from.name + "` again");
    const std::string run = id_ + "." + std::to_string(steps_.size() + noted_);
    note("restore", Phase::Intent,
         {{"release", plan_.from.name}, {"run", run}, {"expect", expect}});
    // So that a change of it is known for ours when the ids are the script's own.
    steps_.push_back({id_, 0, "restore", "intent", "", "", 0,
                      json{{"release", plan_.from.name}, {"run", run}, {"expect", expect}}.dump()});
    const Shipped shipped = with_.backend.deploy(plan_.from, run, expect);
    note("restore", shipped.how == Shipping::Done ? Phase::Done : Phase::Failed,
         {{"how", to_string(shipped.how)}});
    if (shipped.how != Shipping::Done) {
      failure_ = shipped.why;
      return Next::Again;
    }
    // The next round proves it under the lock.
    return Next::Again;
  }

  /// Whether the newest change is the drill's own and came upon somebody else's, which nobody sees
  /// any more.
  bool has_overwritten(const Look& seen) {
    if (!seen.newest || seen.newest->id == plan_.baseline || seen.newest->replaced.empty() ||
        is_known(seen.newest->replaced)) {
      return false;
    }
    stuck_ = "somebody else deployed `" + seen.newest->replaced_release + "` (" +
             seen.newest->replaced +
             ") in between, and the drill has overwritten it: deploy that release again, then "
             "close the drill by hand "
             "with `muster drill resume`";
    return true;
  }

  [[nodiscard]] bool is_restored(const Look& seen) const {
    if (!seen.consistent || seen.newest->release != plan_.from.name ||
        seen.served != plan_.from.version) {
      return false;
    }
    return with_.backend.verify().ok();
  }

  /// Whether somebody else's change is the newest. When the place cannot tell, what visitors get
  /// must be of the drill.
  bool is_foreign(const Look& seen) {
    if (seen.newest) {
      other_ = *seen.newest;
      return !is_ours(*seen.newest);
    }
    other_ = {"unknown", seen.served, "", ""};
    return !seen.served.empty() && seen.served != plan_.from.version &&
           seen.served != plan_.to.version;
  }

  /// The baseline, or a change that this drill made or meant to make.
  [[nodiscard]] bool is_ours(const Change& change) const {
    if (change.id == plan_.baseline || change.id.starts_with(id_ + ".")) {
      return true;
    }
    return !holds(plan_.target.deploy, "{run}") && any_intent([&](const json& intent) {
      return intent.value("release", "") == change.release && !change.replaced.empty() &&
             intent.value("expect", "") == change.replaced;
    });
  }

  /// Whether the drill knew of the change when it made its own.
  [[nodiscard]] bool is_known(const std::string& change) const {
    return change == plan_.baseline || change.starts_with(id_ + ".") ||
           any_intent([&](const json& intent) { return intent.value("expect", "") == change; });
  }

  template <class Fits>
  [[nodiscard]] bool any_intent(const Fits& fits) const {
    return std::ranges::any_of(steps_, [&](const Step& step) {
      const json data = json::parse(step.data, nullptr, false);
      return step.phase == "intent" && data.is_object() && fits(data);
    });
  }

  /// A journal that cannot be written must not keep the service from being put back.
  void note(const std::string& name, Phase phase, const json& data,
            const std::string& state = "recovering") {
    ++noted_;
    const std::string text = data.dump(-1, ' ', false, json::error_handler_t::replace);
    unwritten_ = unwritten_ || !with_.journal.add(id_, name, phase, text, state).ok();
  }

  Outcome close(const std::string& outcome, Verdict verdict, const std::string& reason) {
    const Status closed = with_.journal.close(id_, outcome, reason, "");
    if (unwritten_ || !closed) {
      return {Verdict::Unproven, reason + "; but the journal could not be written"};
    }
    return {verdict, reason};
  }

  std::string id_;
  const Plan& plan_;
  std::vector<Step> steps_;
  const Surroundings& with_;
  std::size_t noted_ = 0;
  bool unwritten_ = false;
  Change other_;
  /// What the last look showed, and why the last deploy failed.
  std::string last_;
  std::string failure_;
  std::string stuck_;
};

}  // namespace

Outcome restore(const std::string& id, const Plan& plan, std::vector<Step> steps,
                const Surroundings& with) {
  return Recovery(id, plan, std::move(steps), with).run();
}

Outcome recover(const std::string& id, const Surroundings& with) {
  const auto row = with.journal.drill(id);
  const auto steps = with.journal.steps(id);
  const auto wrong = with.journal.verify();
  if (!row || !steps || !wrong) {
    const Error& error = !row ? row.error() : !steps ? steps.error() : wrong.error();
    return {Verdict::Stuck, "the journal cannot be read: " + error.message};
  }
  if (!wrong.value().empty()) {
    return {Verdict::Stuck,
            "the journal was tampered with, nothing is done: " + wrong.value().front()};
  }
  const auto plan = parse_plan(row.value().plan_json);
  if (!plan) {
    return {Verdict::Stuck, plan.error().message};
  }
  return restore(id, plan.value(), steps.value(), with);
}

}  // namespace muster::drills
