// Actions that could be limited to resources work on any: decided with the ARN of a resource that
// nobody mentions. Actions that take `*` only are never named.
#include "checks/iam/charges.h"

namespace muster::iam {
namespace {

void wildcard_resource(const AuditInput& input, Outcomes& out) {
  report_charges(input, Concern::WildcardResource, out);
}

const Register kWildcardResourceCheck{"iam-wildcard-resource", wildcard_resource, {}};

}  // namespace
}  // namespace muster::iam
