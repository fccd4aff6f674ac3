// A stranger gets in with the right repository name, environment or branch: a token of a new owner
// is admitted, though not from a new repository on a new branch (that is `oidc-any-repository`).
#include "checks/oidc/ladder.h"

namespace muster::oidc {
namespace {

void owner_wildcard(const AuditInput& input, Outcomes& out) {
  report_rung(input, Rung::OwnerWildcard, out);
}

const Register kOwnerWildcardCheck{"oidc-owner-wildcard", owner_wildcard, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
