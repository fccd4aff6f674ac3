// A branch beyond the intended ones gets in, though not any branch: `main*` admits `main-evil`.
// Intended is what muster.yaml declares; without a declaration what the policy names in full, and
// whole namespaces such as `release/*`.
#include "checks/oidc/ladder.h"

namespace muster::oidc {
namespace {

void ref_prefix(const AuditInput& input, Outcomes& out) {
  report_rung(input, Rung::RefPrefix, out);
}

const Register kRefPrefixCheck{"oidc-ref-prefix", ref_prefix, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
