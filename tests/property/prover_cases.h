// Random small policies, and all requests of a small universe, for the laws of the prover.
#pragma once

#include <string>
#include <vector>

#include "checks/policy/stack.h"

namespace muster::prover_cases {

struct Features {
  bool principals = false;
  bool variables = false;
  /// At most one clause in a statement, on one of few keys, and simpler lists: for many policies at
  /// once.
  bool small = false;
  /// How ARN patterns are read. In other readings than the default patterns and requests have
  /// colons at places where these differ.
  policy::ArnMode arn_mode = policy::ArnMode::Segment;
};

/// Two services, the letters a and b, keys of every type. Draws from RapidCheck.
[[nodiscard]] policy::Policy random_policy(Features features);

/// Two or three layers or levels of small policies, some of which allow everything.
[[nodiscard]] policy::Stack random_stack();
/// The stack with a change in one layer.
[[nodiscard]] policy::Stack nearby(policy::Stack stack);
/// Every policy of the stack.
[[nodiscard]] std::vector<policy::Policy> policies_of(const policy::Stack& stack);

/// The policy with a few changes: pairs of which one nearly lies in the other.
[[nodiscard]] policy::Policy nearby(policy::Policy policy, Features features);

/// The requests of the universe, one for each way in which the policies tell them apart.
[[nodiscard]] std::vector<policy::Request> universe(const std::vector<policy::Policy>& policies,
                                                    Features features);

/// The policy as JSON-like text, for failures.
[[nodiscard]] std::string show(const policy::Policy& policy);
[[nodiscard]] std::string show(const policy::Stack& stack);
[[nodiscard]] std::string show(const policy::Request& request);

}  // namespace muster::prover_cases
