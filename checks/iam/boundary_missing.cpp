// Roles or users can be made, or be given permissions, without a permissions boundary that limits
// them; or a boundary can be taken away.
#include "checks/iam/charges.h"

namespace muster::iam {
namespace {

void boundary_missing(const AuditInput& input, Outcomes& out) {
  report_charges(input, Concern::MissingBoundary, out);
}

const Register kBoundaryMissingCheck{"iam-boundary-missing", boundary_missing, {}};

}  // namespace
}  // namespace muster::iam
