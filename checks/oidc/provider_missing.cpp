// The trust policy names an OIDC provider that is not registered in the account: STS finds no
// issuer for the token and refuses it. Needs the account's list of providers among the facts.
#include "checks/oidc/federated.h"
#include "checks/oidc/trusts.h"

namespace muster::oidc {
namespace {

void provider_missing(const AuditInput& input, Outcomes& out) {
  const auto& providers = input.model<iam::OidcProviders>();
  for (const Trust& trust : input.model<Trusts>().all()) {
    const std::string& arn = trust.search.provider();
    if (!providers.lists_all_of(iam::arn_field(arn, 4))) {
      continue;
    }
    if (providers.find(arn) != nullptr) {
      out.pass(trust.asset(), trust.role->where).anchor(trust.anchor());
      continue;
    }
    out.fail(trust.asset(), trust.role->where, {WitnessKind::Text, {{"provider", {arn}}}})
        .arg("provider", arn)
        .related(providers.lists().front(), "the registered providers")
        .anchor(trust.anchor());
  }
}

const Register kRegister{
    "oidc-provider-missing", provider_missing, {iam::unreadable_trusts, iam::unreadable_providers}};

}  // namespace
}  // namespace muster::oidc
