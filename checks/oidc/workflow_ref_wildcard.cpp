// The reusable workflow is pinned by file but not by version: any branch's copy of the file gets
// in, a pull request's too. Asked statement by statement, where a clause on `job_workflow_ref` is.
#include "checks/iam/requests.h"
#include "checks/oidc/grading.h"
#include "checks/oidc/trusts.h"

namespace muster::oidc {
namespace {

const policy::Condition* workflow_clause(const Trust& trust, const policy::Statement& statement) {
  const std::string key = policy::lower(trust.issuer().prefix + ":job_workflow_ref");
  for (const policy::Condition& clause : statement.conditions) {
    if (policy::lower(clause.key.value) == key && !clause.op.negated) {
      return &clause;
    }
  }
  return nullptr;
}

void workflow_ref_wildcard(const AuditInput& input, Outcomes& out) {
  for (const Trust* trust : input.model<Trusts>().github()) {
    for (const policy::Statement& statement : trust->policy().statements) {
      const policy::Condition* clause = workflow_clause(*trust, statement);
      if (statement.effect != policy::Effect::Allow || clause == nullptr) {
        continue;
      }
      const TrustSearch only(iam::with_only(trust->policy(), statement), trust->search.provider(),
                             trust->search.universe());
      const Proof open = only.admits_fresh_workflow_ref();
      OutcomeDraft draft = out.fail_if(open, trust->asset(), clause->where);
      if (open.is_yes()) {
        for (const WitnessField& field : open.witness().fields) {
          draft.arg(field.name, field.values.empty() ? std::string() : field.values.front());
        }
      }
      draft.severity(grade(Exposure::MoreRefs, trust->role->privilege))
          .anchor(trust->anchor() + "/" + statement.anchor());
    }
  }
}

const Register kWorkflowRefWildcardCheck{
    "oidc-workflow-ref-wildcard", workflow_ref_wildcard, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
