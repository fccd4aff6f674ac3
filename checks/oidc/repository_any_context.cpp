// Whatever runs in the repository gets in: pull requests, any branch, any tag and any environment.
#include "checks/oidc/ladder.h"

namespace muster::oidc {
namespace {

void repository_any_context(const AuditInput& input, Outcomes& out) {
  report_rung(input, Rung::AnyContext, out);
}

const Register kRepositoryAnyContextCheck{
    "oidc-repository-any-context", repository_any_context, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
