// Which layers of policies take part in a decision, and what they decide together.
// Source: IAM User Guide, "Policy evaluation logic"; AWS Organizations User Guide, "SCP
// evaluation".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/policy/evaluate.h"

namespace muster::policy {

/// The policies around one request. A layer that is absent does not exist for this caller; a layer
/// that is there but empty holds no policy, so it grants nothing.
struct Stack {
  std::optional<std::vector<Policy>> identity;
  /// The policy of the resource, or the trust policy of the role that is to be assumed.
  std::optional<std::vector<Policy>> resource;
  std::optional<std::vector<Policy>> boundary;
  std::optional<std::vector<Policy>> session;
  /// Levels from the root down to the account; the policies of one level are united.
  std::optional<std::vector<std::vector<Policy>>> scp;
  std::optional<std::vector<std::vector<Policy>>> rcp;
};

enum class Layer { Identity, Resource };

/// `identity`, `resource`.
[[nodiscard]] const char* to_string(Layer layer);

struct StackDecision {
  DecisionKind kind = DecisionKind::Undecided;
  std::string because;
  /// The layer whose statements follow; absent when no layer was looked at.
  std::optional<Layer> layer;
  /// The statements that decided: those that deny, those that allow, those that stay open. For an
  /// implicit deny, the Allow statements that name the action, with the part that keeps each from
  /// applying.
  std::vector<StatementTrace> statements;
};

/// Decides the stacks in which one layer settles the matter: identity policies alone in the
/// caller's own account; a resource or trust policy alone where it names the caller itself, its
/// role or everyone in the same account, or where the caller has no account (services, providers,
/// anonymous). Any other stack is `Undecided`, with the reason.
[[nodiscard]] StackDecision evaluate_stack(const Stack& stack, const Request& request);

/// The account that owns the request's resource: as stated, else from its ARN, else the caller's
/// own; may be empty.
[[nodiscard]] std::string resource_account(const Request& request);

}  // namespace muster::policy
