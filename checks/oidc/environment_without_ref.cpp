// A job with the named environment gets in from any branch: its subject shows no branch, and no
// `ref` clause asks for one. A note only where muster.yaml declares that branch rules or reviewers
// protect the environment. Left out where any environment gets in.
#include "checks/oidc/ladder.h"

namespace muster::oidc {
namespace {

void environment_without_ref(const AuditInput& input, Outcomes& out) {
  report_rung(input, Rung::EnvironmentWithoutRef, out);
}

const Register kEnvironmentWithoutRefCheck{
    "oidc-environment-without-ref", environment_without_ref, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
