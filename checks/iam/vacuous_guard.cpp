// A condition that was meant to limit a dangerous action holds also when its key is missing, or for
// every value: proved with a request that the policies allow.
#include "checks/iam/charges.h"

namespace muster::iam {
namespace {

void vacuous_guard(const AuditInput& input, Outcomes& out) {
  report_charges(input, Concern::VacuousGuard, out);
}

const Register kVacuousGuardCheck{"iam-vacuous-guard", vacuous_guard, {}};

}  // namespace
}  // namespace muster::iam
