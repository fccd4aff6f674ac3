// From a token back to the policy: the request that AWS sees, and the statement, clause and value
// that let it in.
#pragma once

#include <string>
#include <string_view>

#include "checks/oidc/trusts.h"
#include "checks/policy/evaluate.h"

namespace muster::oidc {

/// The request of `sts:AssumeRoleWithWebIdentity` with the witness's token: claims that AWS exposes
/// become `prefix:claim`, fields with `:` are context keys already, all others are dropped.
[[nodiscard]] policy::Request request_of(const TrustSearch& search, const Witness& token);

/// What lets a token in.
struct Deciding {
  /// Null when no Allow statement is met beyond doubt.
  const policy::Statement* statement = nullptr;
  /// The value that the token matches, else the clause, else the statement.
  SourceRef where;
  /// For messages: "`repo:acme/*`", or "a statement without a condition on the subject".
  std::string through;
};

/// The first Allow statement that admits the token; in it the clause that says most about identity
/// (`sub` before `repository`, …).
[[nodiscard]] Deciding deciding_clause(const Trust& trust, const Witness& token);

/// The Deny statement that refuses the token, or null.
[[nodiscard]] const policy::Statement* denying_statement(const Trust& trust, const Witness& token);

}  // namespace muster::oidc
