// Why a request is refused: the clauses that stand against it, and where the value and the token
// part.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/core/source.h"
#include "checks/oidc/issuers.h"
#include "checks/policy/evaluate.h"
#include "checks/policy/model.h"

namespace muster::oidc {

/// One clause that refuses a token (an Allow clause that is not met, or a Deny clause that is).
struct RefusingClause {
  std::size_t statement = 0;
  /// Index into `Statement::conditions`; absent when the principal or the action refuses.
  std::optional<std::size_t> clause;
  bool deny = false;
  SourceRef where;
  /// As written: `StringEquals`.
  std::string op;
  /// Asks for a value that is not listed (`StringNotEquals`).
  bool negated = false;
  /// Asks whether the key is there at all (`Null`).
  bool presence = false;
  /// On a key that does not come from the token (`sts:RoleSessionName`).
  bool outside_token = false;
  /// As written: `token.actions.githubusercontent.com:sub`.
  std::string key;
  /// For people: the claim (`sub`) when it is one of this issuer, else the key.
  std::string shown_key;
  std::vector<std::string> values;
  /// What the token carries (a list: all of it); absent = the key is not in the request.
  std::optional<std::string> carried;
  /// Why the key is absent, or why the statement as a whole does not apply. Empty otherwise.
  std::string absent_because;
  /// First part (between `:`) in which the nearest value and the token differ; empty when there is
  /// none to show, or when one of them has no further part.
  std::string wanted_part;
  std::string carried_part;
  /// A mistake that people make: a wildcard where none works, a difference in case only. Empty
  /// otherwise.
  std::string hint;
};

/// The clauses of the first Deny that hits, else the false clauses of the Allow statement that has
/// the fewest. Empty when the policy allows the request or leaves it open.
[[nodiscard]] std::vector<RefusingClause> refusing_clauses(const policy::Policy& policy,
                                                           const Issuer& issuer,
                                                           const policy::Request& request);

/// One sentence without full stop: `` `StringEquals` on `sub` wants
/// `repo:acme/shop:ref:refs/heads/main`, the token carries `repo:acme/shop:environment:live` ``.
[[nodiscard]] std::string in_words(const RefusingClause& clause);

}  // namespace muster::oidc
