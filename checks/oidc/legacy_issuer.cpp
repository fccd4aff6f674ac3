// The trust names GitHub's first token issuer, `vstoken.actions.githubusercontent.com`. It mints no
// tokens any more, so nobody can assume the role through it.
#include "checks/oidc/trusts.h"

namespace muster::oidc {
namespace {

void legacy_issuer(const AuditInput& input, Outcomes& out) {
  for (const Trust& trust : input.model<Trusts>().all()) {
    if (!trust.issuer().legacy) {
      out.pass(trust.asset(), trust.role->where).anchor(trust.anchor());
      continue;
    }
    out.fail(trust.asset(), trust.role->where,
             {WitnessKind::Text, {{"provider", {trust.search.provider()}}}})
        .arg("issuer", trust.issuer().prefix)
        .anchor(trust.anchor());
  }
}

const Register kLegacyIssuerCheck{"oidc-legacy-issuer", legacy_issuer, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
