// Some other repository of a trusted owner gets in, though not every one: the pattern ends inside
// the repository's name (`repo:acme/shop*`), or names one that muster.yaml does not declare.
#include "checks/oidc/ladder.h"

namespace muster::oidc {
namespace {

void repository_prefix(const AuditInput& input, Outcomes& out) {
  report_rung(input, Rung::RepositoryPrefix, out);
}

const Register kRepositoryPrefixCheck{
    "oidc-repository-prefix", repository_prefix, {iam::unreadable_trusts}};

}  // namespace
}  // namespace muster::oidc
