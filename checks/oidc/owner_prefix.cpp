// An owner beyond the trusted ones gets in, though no quite unrelated one does: the pattern ends
// inside the owner's name (`repo:acme*` admits `acme-evil`), or names an owner that muster.yaml
// does not.
#include "checks/oidc/ladder.h"

namespace muster::oidc {
namespace {

void owner_prefix(const AuditInput& input, Outcomes& out) {
  report_rung(input, Rung::OwnerPrefix, out);
}

const Register kOwnerPrefixCheck{"oidc-owner-prefix", owner_prefix, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
