// Any GitHub account gets in: some token of a stranger's new repository on a new branch is
// admitted.
#include "checks/oidc/ladder.h"

namespace muster::oidc {
namespace {

void any_repository(const AuditInput& input, Outcomes& out) {
  report_rung(input, Rung::AnyRepository, out);
}

const Register kAnyRepositoryCheck{"oidc-any-repository", any_repository, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
