// Runs of pull requests get in, and muster.yaml does not declare them: the code of the branch runs
// before anybody has reviewed it. Left out where every context gets in.
#include "checks/oidc/ladder.h"

namespace muster::oidc {
namespace {

void pull_request(const AuditInput& input, Outcomes& out) {
  report_rung(input, Rung::PullRequest, out);
}

const Register kPullRequestCheck{"oidc-pull-request", pull_request, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
