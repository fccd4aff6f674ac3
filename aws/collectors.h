// What is collected of an account: one function and one file for each service. Each puts its facts
// and names what it could not read.
#pragma once

#include "aws/client.h"
#include "aws/facts.h"

namespace muster::aws {

/// Users, groups, roles and managed policies with their texts; OIDC providers; the credential
/// report. Three bulk calls instead of six for each role.
void collect_iam(const Client& client, Facts& facts);

/// The service and resource control policies from the root of the organisation down to the account.
/// Only its management account or a delegated administrator may read them.
void collect_organizations(const Client& client, Facts& facts);

/// Repositories of container images with their tag mutability and policies. Of one region.
void collect_ecr(const Client& client, Facts& facts);

}  // namespace muster::aws
