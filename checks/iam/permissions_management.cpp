// Actions that change who may do what, other than those that a permissions boundary can tame
// (boundary_missing.cpp).
#include "checks/iam/charges.h"

namespace muster::iam {
namespace {

void permissions_management(const AuditInput& input, Outcomes& out) {
  report_charges(input, Concern::PermissionsManagement, out);
}

const Register kPermissionsManagementCheck{
    "iam-permissions-management", permissions_management, {}};

}  // namespace
}  // namespace muster::iam
