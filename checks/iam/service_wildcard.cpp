// A statement that grants every action of a service, those that come tomorrow included. Services
// with fewer than ten actions do not count.
#include "checks/iam/charges.h"

namespace muster::iam {
namespace {

void service_wildcard(const AuditInput& input, Outcomes& out) {
  report_charges(input, Concern::ServiceWildcard, out);
}

const Register kServiceWildcardCheck{"iam-service-wildcard", service_wildcard, {}};

}  // namespace
}  // namespace muster::iam
