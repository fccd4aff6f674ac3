// Builds one climb per trust, and turns one rung into outcomes.
#include "checks/oidc/ladder.h"

#include "checks/oidc/climber.h"
#include "checks/oidc/deciding.h"

namespace muster::oidc {
namespace {

std::string declared_words(const Trust& trust) {
  return trust.is_declared ? "that muster.yaml declares" : "that the policy names";
}

void report(const Trust& trust, const Step& step, Outcomes& out) {
  const Asset asset = trust.asset();
  if (!step.answer.is_yes()) {
    out.fail_if(step.answer, asset, trust.role->where).anchor(step.anchor);
    return;
  }
  const Witness& token = step.answer.witness();
  const Deciding by = deciding_clause(trust, token);
  OutcomeDraft draft = out.fail(asset, by.where, token);
  for (const WitnessField& field : token.fields) {
    draft.arg(field.name, field.values.empty() ? std::string() : field.values.front());
  }
  draft.arg("name", step.name)
      .arg("through", by.through)
      .arg("declared", declared_words(trust))
      .anchor(step.anchor)
      .severity(step.severity);
}

}  // namespace

Ladders Ladders::build(const AuditInput& input) {
  Ladders result;
  for (const Trust* trust : input.model<Trusts>().github()) {
    result.climbs_.push_back({trust, Climber(*trust, input.intent()).climb()});
  }
  return result;
}

void report_rung(const AuditInput& input, Rung rung, Outcomes& out) {
  for (const Climb& climb : input.model<Ladders>().all()) {
    for (const Step& step : climb.steps) {
      if (step.rung == rung) {
        report(*climb.trust, step, out);
      }
    }
  }
}

}  // namespace muster::oidc
