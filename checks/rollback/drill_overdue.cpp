// A rollback that was not rehearsed lately, or not in the form that it has now: whether it works is
// a guess. Counted are passed drills of the same rollback path, by the hashes of its files. Source:
// NIST SP 800-53 CP-4 (contingency plan testing); docs/drills.md for what a passed drill proves.
#include <algorithm>

#include "checks/core/check.h"
#include "checks/core/run.h"

namespace muster::rollback {
namespace {

/// The newest passed drill of the target; null when there is none.
const PastDrill* last_passed(const std::vector<PastDrill>& drills, const std::string& target) {
  const auto found = std::ranges::find_if(drills, [&](const PastDrill& drill) {
    return drill.target == target && drill.outcome == "passed";
  });
  return found == drills.end() ? nullptr : &*found;
}

Severity severity_of(const IntentDrill& drill, const Intent& intent) {
  const IntentEnvironment* environment = intent.environment(drill.environment);
  const bool below = environment != nullptr && is_below_production(environment->kind);
  return below ? Severity::Low : Severity::Medium;
}

void judge_age(const IntentDrill& drill, const AuditInput& input, Outcomes& out) {
  const Asset asset{"drill", drill.name};
  const auto fail = [&](const std::string& why, const std::string& last) {
    out.fail(asset, drill.where,
             {WitnessKind::Text,
              {{"last passed", {last}},
               {"must be within", {std::to_string(drill.max_age_days) + " days"}}}})
        .arg("target", drill.name)
        .arg("why", why)
        .severity(severity_of(drill, input.intent()));
  };
  const PastDrill* last = last_passed(input.facts().drills, drill.name);
  if (last == nullptr) {
    fail("no passed drill of it is known", "never");
  } else if (last->at > input.now()) {
    out.undecided(asset, drill.where,
                  "its last passed drill is of " + to_utc(last->at) + ", which is still to come");
  } else if (input.now() - last->at > std::chrono::days(drill.max_age_days)) {
    fail("its last passed drill is too long ago", to_utc(last->at));
  } else if (!last->same_path) {
    out.undecided(asset, drill.where,
                  "a file of its rollback path cannot be read here, so whether drill " + last->id +
                      " still counts is not known: audit where these files are");
  } else if (!*last->same_path) {
    fail("its rollback path was changed since its last passed drill", to_utc(last->at));
  } else {
    out.pass(asset, drill.where);
  }
}

void drill_overdue(const AuditInput& input, Outcomes& out) {
  for (const IntentDrill& drill : input.intent().drills) {
    judge_age(drill, input, out);
  }
}

const Register kDrillOverdueCheck{"rollback-drill-overdue", drill_overdue, {}};

}  // namespace
}  // namespace muster::rollback
