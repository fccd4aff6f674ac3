// An environment with any name gets in, or (where muster.yaml declares subjects) one that is not
// declared. Whoever may edit workflows may make up an environment.
#include "checks/oidc/ladder.h"

namespace muster::oidc {
namespace {

void any_environment(const AuditInput& input, Outcomes& out) {
  report_rung(input, Rung::AnyEnvironment, out);
}

const Register kAnyEnvironmentCheck{
    "oidc-any-environment", any_environment, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
