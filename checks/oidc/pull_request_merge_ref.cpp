// A run of a pull request that names an environment gets in: the subject shows the environment,
// only the `ref` claim (`refs/pull/N/merge`) tells. Environments for which muster.yaml declares
// branch rules or reviewers do not count: GitHub holds such runs back.
#include "checks/oidc/ladder.h"

namespace muster::oidc {
namespace {

void pull_request_merge_ref(const AuditInput& input, Outcomes& out) {
  report_rung(input, Rung::MergeRef, out);
}

const Register kPullRequestMergeRefCheck{
    "oidc-pull-request-merge-ref", pull_request_merge_ref, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
