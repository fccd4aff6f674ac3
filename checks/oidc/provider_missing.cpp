// The trust policy names an OIDC provider that is not registered in the account of the role: STS
// finds no issuer for the token there and refuses it. A provider of another account never counts;
// for one of the own account the facts must hold the list of its providers.
#include "checks/oidc/federated.h"
#include "checks/oidc/trusts.h"

namespace muster::oidc {
namespace {

void provider_missing(const AuditInput& input, Outcomes& out) {
  const auto& providers = input.model<iam::OidcProviders>();
  for (const Trust& trust : input.model<Trusts>().all()) {
    const std::string& arn = trust.search.provider();
    const std::string_view account = iam::arn_field(arn, iam::kAccountField);
    const bool foreign = !trust.role->account.empty() && account != trust.role->account;
    if (!foreign && !providers.lists_all_of(account)) {
      continue;
    }
    if (!foreign && providers.find(arn) != nullptr) {
      out.pass(trust.asset(), trust.role->where).anchor(arn);
      continue;
    }
    out.fail(trust.asset(), trust.role->where, {WitnessKind::Text, {{"provider", {arn}}}})
        .arg("provider", arn)
        .arg("problem", foreign ? "a provider of another account than its own"
                                : "which is not registered in the account")
        .anchor(arn);
  }
}

const Register kProviderMissingCheck{
    "oidc-provider-missing", provider_missing, {iam::unreadable_trusts, iam::unreadable_providers}};

}  // namespace
}  // namespace muster::oidc
