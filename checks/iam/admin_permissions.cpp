// A role of the pipeline that is an administrator in effect: every request, or nine of ten actions,
// or all of IAM is allowed by its policies together, with Deny statements counted. A role that
// muster.yaml declares with `privilege: admin` is meant to be one. Policies whose text is not known
// are named here, once for all rules about permissions.
#include "checks/iam/admins.h"
#include "checks/iam/pipeline.h"

namespace muster::iam {
namespace {

void name_unknown(const PipelineRole& role, Outcomes& out) {
  for (const IdentityPolicy* policy : role.unknown_policies()) {
    const std::string name = policy->arn.empty() ? policy->name : policy->arn;
    out.undecided(role.role->asset(), role.role->where,
                  "what policy `" + name + "` allows is not known: " + policy->missing +
                      "; add the output of `aws iam get-account-authorization-details`, or name "
                      "its file under `permissions` in muster.yaml")
        .anchor("policy:" + label(*policy));
  }
}

void admin_permissions(const AuditInput& input, Outcomes& out) {
  for (const AdminVerdict& verdict : input.model<Admins>().all()) {
    const PipelineRole& role = *verdict.role;
    const Asset asset = role.role->asset();
    if (verdict.is_admin() && !role.is_declared_admin()) {
      out.fail(asset, verdict.where, verdict.proof.witness()).arg("extent", verdict.extent);
      continue;
    }
    name_unknown(role, out);
    if (verdict.proof.is_undecided() && !role.is_declared_admin()) {
      out.undecided(asset, role.role->where, verdict.proof.reason());
    } else if (role.unknown_policies().empty()) {
      out.pass(asset, role.role->where);
    }
  }
}

const Register kAdminPermissionsCheck{"iam-admin-permissions", admin_permissions, {}};

}  // namespace
}  // namespace muster::iam
