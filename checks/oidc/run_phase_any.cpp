// HCP Terraform: plan and apply both get in to a role that may write. A plan runs the code of a
// branch before anybody approved it.
#include "checks/oidc/trusts.h"

namespace muster::oidc {
namespace {

/// The token of the plan, if applies get in too.
Proof both_phases(const TrustSearch& search) {
  Proof plan = search.admits_subject_like("*:run_phase:plan");
  const Proof apply = search.admits_subject_like("*:run_phase:apply");
  return plan.is_yes() && !apply.is_yes() ? apply : plan;
}

void run_phase_any(const AuditInput& input, Outcomes& out) {
  for (const Trust& trust : input.model<Trusts>().all()) {
    if (trust.issuer().name != "terraform") {
      continue;
    }
    const bool only_reads = trust.role->privilege == Privilege::Read;
    out.fail_if(only_reads ? Proof::no() : both_phases(trust.search), trust.asset(),
                trust.role->where)
        .anchor(trust.anchor());
  }
}

const Register kRunPhaseAnyCheck{"oidc-run-phase-any", run_phase_any, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
