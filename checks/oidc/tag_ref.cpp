// A tag gets in though only branches are meant: `refs/*/main`. Without a declaration every pattern
// of the policy that begins with `refs/tags/` is meant.
#include "checks/oidc/ladder.h"

namespace muster::oidc {
namespace {

void tag_ref(const AuditInput& input, Outcomes& out) {
  report_rung(input, Rung::TagRef, out);
}

const Register kTagRefCheck{"oidc-tag-ref", tag_ref, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
