// The names of the repository are asked for, the ids not: `repo:acme@*/shop@*`. Whoever takes over
// the name gets in. Left out where a wider exposure is reported.
#include "checks/oidc/ladder.h"

namespace muster::oidc {
namespace {

void id_wildcard(const AuditInput& input, Outcomes& out) {
  report_rung(input, Rung::UnpinnedId, out);
}

const Register kIdWildcardCheck{"oidc-id-wildcard", id_wildcard, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
