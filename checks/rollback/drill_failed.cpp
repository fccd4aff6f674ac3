// The last drill of a rollback did not pass, or never ended: the way back is known to be broken, or
// the service may still stand on the old version. A refused drill touched nothing and is not
// counted, nor is one that somebody's deploy came before: neither says anything about the rollback.
#include <algorithm>

#include "checks/core/check.h"
#include "checks/core/run.h"

namespace muster::rollback {
namespace {

bool says_something(const PastDrill& drill) {
  return drill.outcome != "refused" && drill.outcome != "superseded";
}

void judge_last(const IntentDrill& drill, const AuditInput& input, Outcomes& out) {
  const auto& all = input.facts().drills;
  const auto last = std::ranges::find_if(all, [&](const PastDrill& past) {
    return past.target == drill.name && says_something(past);
  });
  if (last == all.end()) {
    return;
  }
  const Asset asset{"drill", drill.name};
  if (last->outcome == "passed") {
    out.pass(asset, drill.where);
    return;
  }
  const bool open = last->outcome == "open";
  out.fail(asset, drill.where,
           {WitnessKind::Text,
            {{"drill", {last->id}},
             {"outcome", {last->outcome}},
             {open ? "begun" : "closed", {to_utc(last->at)}}}})
      .arg("target", drill.name)
      .arg("drill", last->id)
      .arg("what", open ? "did not end; the service may still run the old version"
                        : "did not pass: " + last->reason)
      .severity(open ? Severity::Critical : Severity::High);
}

void drill_failed(const AuditInput& input, Outcomes& out) {
  for (const IntentDrill& drill : input.intent().drills) {
    judge_last(drill, input, out);
  }
}

const Register kDrillFailedCheck{"rollback-drill-failed", drill_failed, {}};

}  // namespace
}  // namespace muster::rollback
