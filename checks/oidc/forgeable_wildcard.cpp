// No default subject of an outsider is admitted, but one that he makes up is: he sets the claim
// template of his own repository and chooses environment, branch and workflow names, and `*` in
// front of the pinned text takes them.
#include "checks/oidc/ladder.h"

namespace muster::oidc {
namespace {

void forgeable_wildcard(const AuditInput& input, Outcomes& out) {
  report_rung(input, Rung::Forgeable, out);
}

const Register kForgeableWildcardCheck{
    "oidc-forgeable-wildcard", forgeable_wildcard, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
