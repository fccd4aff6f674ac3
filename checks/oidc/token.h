// A concrete token and what AWS makes of it: which claims become condition keys, under which names.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/outcome.h"
#include "checks/policy/evaluate.h"

namespace muster::oidc {

/// Claims of a token by name. A claim that is a list has several values.
using Claims = std::map<std::string, std::vector<std::string>, std::less<>>;

/// The request that STS evaluates for a token of the provider: `PREFIX:claim` for every claim that
/// AWS exposes for the issuer and that is not empty; all other claims are dropped. Where a token
/// has `azp`, `:aud` is that and `:oaud` the audience.
[[nodiscard]] policy::Request request_of_claims(const Claims& claims,
                                                std::string_view provider_arn);

/// The request of a witness token: as above; fields whose name contains `:` are keys outside the
/// token.
[[nodiscard]] policy::Request request_of_witness(const Witness& token,
                                                 std::string_view provider_arn);

/// The line for `muster trust test --claims` that replays a witness token.
[[nodiscard]] std::string claims_line(const Witness& token, std::string_view provider_arn);

}  // namespace muster::oidc
