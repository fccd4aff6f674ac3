// Roles can be handed to services that no condition names.
#include "checks/iam/charges.h"

namespace muster::iam {
namespace {

void pass_role_broad(const AuditInput& input, Outcomes& out) {
  report_charges(input, Concern::PassRole, out);
}

const Register kPassRoleBroadCheck{"iam-pass-role-broad", pass_role_broad, {}};

}  // namespace
}  // namespace muster::iam
