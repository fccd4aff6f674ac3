// A role for production changes resources whatever their name.
#include "checks/iam/charges.h"

namespace muster::iam {
namespace {

void write_unscoped_production(const AuditInput& input, Outcomes& out) {
  report_charges(input, Concern::ProductionWrite, out);
}

const Register kWriteUnscopedProductionCheck{
    "iam-write-unscoped-production", write_unscoped_production, {}};

}  // namespace
}  // namespace muster::iam
