// The only thing asked for is a reusable workflow: every repository that may call it gets in, and
// everybody may call one in a public repository. Reported when a token of a new owner is admitted
// with a `job_workflow_ref` that the policy names, and none without.
#include "checks/oidc/ladder.h"

namespace muster::oidc {
namespace {

void workflow_ref_only(const AuditInput& input, Outcomes& out) {
  report_rung(input, Rung::WorkflowOnly, out);
}

const Register kWorkflowRefOnlyCheck{
    "oidc-workflow-ref-only", workflow_ref_only, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
