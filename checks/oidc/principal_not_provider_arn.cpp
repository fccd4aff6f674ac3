// `Federated` names a host. Only four web identity services may be named by host; every other
// issuer is named by the ARN of its provider in the account, and a host stands for nobody.
#include <algorithm>
#include <array>

#include "checks/core/check.h"
#include "checks/iam/model.h"
#include "checks/text/ascii.h"

namespace muster::oidc {
namespace {

constexpr std::array<std::string_view, 4> kNamedByHost = {"cognito-identity.amazonaws.com",
                                                          "www.amazon.com", "graph.facebook.com",
                                                          "accounts.google.com"};

bool is_right(const std::string& value) {
  return value.starts_with("arn:") || value == "*" || text::one_of(value, kNamedByHost);
}

void judge(const iam::Role& role, const policy::Statement& statement, Outcomes& out) {
  if (statement.effect != policy::Effect::Allow || !statement.principals) {
    return;
  }
  for (const policy::Principal& principal : *statement.principals) {
    if (principal.type != policy::PrincipalType::Federated) {
      continue;
    }
    const std::string& value = principal.value.value;
    const std::string anchor = statement.anchor() + "/" + value;
    if (is_right(value)) {
      out.pass(role.asset(), principal.value.where).anchor(anchor);
    } else {
      out.fail(role.asset(), principal.value.where, {WitnessKind::Text, {{"Federated", {value}}}})
          .arg("value", value)
          .arg("account", role.account.empty() ? "<account>" : role.account)
          .anchor(anchor);
    }
  }
}

void principal_not_provider_arn(const AuditInput& input, Outcomes& out) {
  for (const iam::Role& role : input.model<iam::Roles>().all()) {
    if (role.trust) {
      for (const policy::Statement& statement : role.trust->statements) {
        judge(role, statement, out);
      }
    }
  }
}

const Register kPrincipalNotProviderArnCheck{
    "oidc-principal-not-provider-arn", principal_not_provider_arn, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
