// Does a trust policy let one request of a small space through? For callers that are no OIDC
// provider. Every request is put to the policy evaluator; nothing is read off patterns.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/proof.h"
#include "checks/policy/evaluate.h"

namespace muster::iam {

/// What a caller can have under one context key; nothing = the key is absent.
using KeyChoice = std::optional<policy::ContextValue>;

/// How much a caller can do about a key that the policy looks at.
enum class KeyPower {
  /// Any value, so also the one that the policy wants.
  Chooses,
  /// A value of his own that is not the policy's, or none.
  HasOwn,
  /// Nothing is known: treated as absent, and then a "no" is not certain.
  Unknown,
};

/// Who asks.
struct Caller {
  std::string principal;
  /// Keys (lower case) whose possible values are known.
  std::map<std::string, std::vector<KeyChoice>> offered;
  /// All other keys, by their lower-case name.
  KeyPower (*power)(std::string_view key) = nullptr;
};

/// Is `action` allowed to the caller under some choice of keys? `yes`: the request as witness.
/// `undecided`: a key that nothing is known about decides, or there are too many combinations.
/// `resource`: an ARN; empty for a trust policy, which is about its role alone.
[[nodiscard]] Proof admits(const policy::Policy& policy, const Caller& caller,
                           std::string_view action, std::string_view resource = {});

/// The same for any of several callers and actions; the first `yes` wins, then any `undecided`.
[[nodiscard]] Proof admits_any(const policy::Policy& policy, const std::vector<Caller>& callers,
                               const std::vector<std::string>& actions,
                               std::string_view resource = {});

/// The actions among `sts:AssumeRole`, `sts:AssumeRoleWithWebIdentity` and `sts:AssumeRoleWithSAML`
/// that the statement names.
[[nodiscard]] std::vector<std::string> assume_actions(const policy::Statement& statement);

/// The policy with only one of its Allow statements; Deny statements stay.
[[nodiscard]] policy::Policy with_only(const policy::Policy& policy,
                                       const policy::Statement& allow);

/// A text that an IAM pattern matches: `*` stands for nothing, `?` for one letter.
[[nodiscard]] std::string instance_of(std::string_view pattern);

/// A request as evidence: principal, action, resource if there is one, then the context keys.
[[nodiscard]] Witness request_witness(const policy::Request& request);

}  // namespace muster::iam
