// Issuers other than GitHub: a project of the named customer that the policy does not name gets in.
// Left out where strangers do (oidc-tenant-wildcard).
#include "checks/oidc/grading.h"
#include "checks/oidc/trusts.h"

namespace muster::oidc {
namespace {

void project_wildcard(const AuditInput& input, Outcomes& out) {
  for (const Trust& trust : input.model<Trusts>().all()) {
    if (trust.issuer().is_github() || trust.search.admits_fresh_tenant().is_yes()) {
      continue;
    }
    const Proof other = trust.search.admits_fresh_project();
    OutcomeDraft draft = out.fail_if(other, trust.asset(), trust.role->where);
    if (other.is_yes()) {
      draft.arg("sub", other.witness().fields.front().values.front());
    }
    draft.arg("issuer", trust.issuer().title)
        .severity(grade(Exposure::WholeOwner, trust.role->privilege))
        .anchor(trust.anchor());
  }
}

const Register kProjectWildcardCheck{
    "oidc-project-wildcard", project_wildcard, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
