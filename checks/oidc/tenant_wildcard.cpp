// Issuers that many customers share, GitHub aside: a customer whom the policy does not name gets in
// (a GitLab group, an HCP Terraform organization, a Buildkite organization, a Vercel team).
#include "checks/oidc/trusts.h"

namespace muster::oidc {
namespace {

/// The customer in a subject of the issuer: `acme` of `project_path:acme/shop:…`.
std::string tenant_of(const Issuer& issuer, const std::string& subject) {
  constexpr std::string_view kTenant = "<tenant>";
  for (const std::string& shape : issuer.subjects) {
    const std::size_t start = shape.find(kTenant);
    if (start != std::string::npos && subject.compare(0, start, shape, 0, start) == 0) {
      const char end = shape[start + kTenant.size()];
      return subject.substr(start, subject.find(end, start) - start);
    }
  }
  return {};
}

/// A stranger first; else a look-alike of a named customer. What the policy calls `acme*` has no
/// full name, so the first customer that it admits is taken for the one that was meant.
Proof admits_other_tenant(const TrustSearch& search) {
  Proof stranger = search.admits_fresh_tenant();
  if (!stranger.is_no()) {
    return stranger;
  }
  std::vector<std::string> meant = search.literal_tenants();
  Proof first = search.admits_tenant_outside(meant);
  if (!first.is_yes()) {
    return first;
  }
  meant.push_back(tenant_of(search.issuer(), first.witness().fields.front().values.front()));
  Proof second = search.admits_tenant_outside(meant);
  return second.is_yes() ? second : first;
}

void tenant_wildcard(const AuditInput& input, Outcomes& out) {
  for (const Trust& trust : input.model<Trusts>().all()) {
    if (trust.issuer().is_github()) {
      continue;
    }
    const Proof other = admits_other_tenant(trust.search);
    OutcomeDraft draft = out.fail_if(other, trust.asset(), trust.role->where);
    if (other.is_yes()) {
      draft.arg("sub", other.witness().fields.front().values.front());
    }
    draft.arg("issuer", trust.issuer().title).anchor(trust.anchor());
  }
}

const Register kTenantWildcardCheck{
    "oidc-tenant-wildcard", tenant_wildcard, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
