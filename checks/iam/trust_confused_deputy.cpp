// A service that acts for many accounts can be made to use this role for a stranger's resource.
// Only for services known to say for whom they act (rules/data/confused-deputy-services.json);
// reported when the service gets in with a source ARN and a source account of a stranger.
#include <algorithm>

#include "checks/iam/callers.h"
#include "checks/iam/model.h"
#include "checks/iam/services.h"
#include "checks/text/ascii.h"

namespace muster::iam {
namespace {

bool sends_source(const policy::Principal& principal) {
  const std::vector<std::string>& known = source_sending_services();
  return principal.type == policy::PrincipalType::Service &&
         text::one_of(principal.value.value, known);
}

void trust_confused_deputy(const AuditInput& input, Outcomes& out) {
  for (const Role& role : input.model<Roles>().all()) {
    if (!role.trust) {
      continue;
    }
    bool found = false;
    for (const auto& [statement, principal] : trusted_principals(role)) {
      if (!sends_source(*principal)) {
        continue;
      }
      found = true;
      const std::string& service = principal->value.value;
      const Proof proof = admits_any(with_only(*role.trust, *statement),
                                     deputies(*role.trust, service), assume_actions(*statement));
      out.fail_if(proof, role.asset(), principal->value.where)
          .arg("service", service)
          .anchor(statement->anchor() + "/" + service);
    }
    if (!found) {
      out.pass(role.asset(), role.where);
    }
  }
}

const Register kTrustConfusedDeputyCheck{
    "iam-trust-confused-deputy", trust_confused_deputy, {unreadable_trusts}};

}  // namespace
}  // namespace muster::iam
