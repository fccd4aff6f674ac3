// AWS Signature Version 4 by hand: libcurl 7.88.1 signs paths, queries and
// headers in ways that AWS refuses (docs/decisions/0001-libraries.md). OpenSSL
// makes the hashes, in sigv4.cpp.
#pragma once

#include <string>

#include "aws/credentials.h"
#include "checks/core/result.h"
#include "net/http.h"

namespace muster::aws {

/// For what a signature holds. Names as the service wants them signed: IAM is
/// `iam` in `us-east-1` wherever it is asked from.
struct SigningScope {
  std::string service;
  std::string region;
};

/// Adds `Host`, `X-Amz-Date`, `X-Amz-Security-Token` (for a session),
/// `X-Amz-Content-SHA256` (for s3) and `Authorization` to a request that has
/// none of them. Every header of the request is signed. The path of the address
/// is taken as percent-encoded once: s3 signs it as it is, every other service
/// without its dot segments and double slashes, and encoded once more. `now`:
/// the time of the service; a signature holds for 15 minutes around it. Errors:
/// those of `net::parse_url`. Source: IAM User Guide, "Create a signed AWS API
/// request".
[[nodiscard]] Status sign(net::Request& request, const Credentials& credentials,
                          const SigningScope& scope, net::WallTime now);

}  // namespace muster::aws
