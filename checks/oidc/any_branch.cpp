// A branch with any name gets in, so whoever can push gets in. Left out where every context does.
#include "checks/oidc/ladder.h"

namespace muster::oidc {
namespace {

void any_branch(const AuditInput& input, Outcomes& out) {
  report_rung(input, Rung::AnyBranch, out);
}

const Register kAnyBranchCheck{"oidc-any-branch", any_branch, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
