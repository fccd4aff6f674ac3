// Objects, parameters, secrets and encrypted data can be read whatever their name.
#include "checks/iam/charges.h"

namespace muster::iam {
namespace {

void data_read_unscoped(const AuditInput& input, Outcomes& out) {
  report_charges(input, Concern::DataRead, out);
}

const Register kDataReadUnscopedCheck{"iam-data-read-unscoped", data_read_unscoped, {}};

}  // namespace
}  // namespace muster::iam
