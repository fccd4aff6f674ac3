// Only a clause on `actor`, `actor_id` or `workflow` keeps other repositories out. These name the
// person who triggered the run and the display name of the workflow; neither says whose code runs.
#include "checks/oidc/trusts.h"

namespace muster::oidc {
namespace {

void soft_boundary(const AuditInput& input, Outcomes& out) {
  for (const Trust* trust : input.model<Trusts>().github()) {
    Scope others;
    others.repository = ValueRule::outside(trust->repositories);
    const TrustSearch loose = trust->search.without_clauses_on({"actor", "actor_id", "workflow"});
    const Proof leak = loose.admits_beyond(trust->search, others);
    OutcomeDraft draft = out.fail_if(leak, trust->asset(), trust->role->where);
    if (leak.is_yes()) {
      draft.arg("sub", leak.witness().fields.front().values.front());
    }
    draft.anchor(trust->anchor());
  }
}

const Register kSoftBoundaryCheck{"oidc-soft-boundary", soft_boundary, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
