// Every repository of a trusted owner gets in, also one that is made tomorrow. Left out where
// `oidc-any-repository` says so of everybody.
#include "checks/oidc/ladder.h"

namespace muster::oidc {
namespace {

void org_wide(const AuditInput& input, Outcomes& out) {
  report_rung(input, Rung::OrgWide, out);
}

const Register kOrgWideCheck{"oidc-org-wide", org_wide, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
