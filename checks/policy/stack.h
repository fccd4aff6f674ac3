// All layers of policies around one request, and what they decide together.
// Source: IAM User Guide, "Policy evaluation logic" and its pages on one account and on several;
// AWS Organizations User Guide, "SCP evaluation" and "RCP evaluation". The formula:
// docs/policy-semantics.md.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "checks/policy/evaluate.h"

namespace muster::policy {

enum class Layer { Identity, Resource, Boundary, Session, Scp, Rcp };

/// `identity`, `resource`, `boundary`, `session`, `scp`, `rcp`.
[[nodiscard]] const char* to_string(Layer layer);

/// The policies around one request. A layer that is absent does not exist for this caller; a layer
/// that is there but empty holds no policy, so it allows nothing. The trust policy of a role and
/// the policy of a key always exist: without them the decision stays open.
struct Stack {
  /// The user's own and its groups', or the role's. For a federated user, its user's.
  std::optional<std::vector<Policy>> identity;
  /// The policy of the resource, or the trust policy of the role that is to be assumed.
  std::optional<std::vector<Policy>> resource;
  std::optional<std::vector<Policy>> boundary;
  std::optional<std::vector<Policy>> session;
  /// Of the caller's account. Levels from the root down to the account; the policies of one level
  /// are united. Absent for an organisation's management account.
  std::optional<std::vector<std::vector<Policy>>> scp;
  /// Of the resource's account, likewise. `RCPFullAWSAccess` goes without saying.
  std::optional<std::vector<std::vector<Policy>>> rcp;
  /// Layers of which some document, or whether there is one at all, is not known.
  std::set<Layer> open;
};

/// A statement and the layer that it stands in.
struct LayerStatement {
  Layer layer = Layer::Identity;
  /// 0-based level of `scp` and `rcp`; 0 elsewhere.
  std::size_t level = 0;
  StatementTrace trace;
};

/// What one layer says by itself.
struct LayerVerdict {
  Layer layer = Layer::Identity;
  /// Whether the stack holds it, or holds that it is not known.
  bool given = false;
  EffectResult allow;
  EffectResult deny;
  /// Every statement, in order.
  std::vector<LayerStatement> statements;
};

struct StackDecision {
  DecisionKind kind = DecisionKind::Undecided;
  /// One sentence: which layers and statements decided, or what was missing.
  std::string because;
  /// The first layer that decided; absent when none did.
  std::optional<Layer> layer;
  /// The statements that decided, of all layers that did: those that deny, those that allow, those
  /// that stay open. For an implicit deny, the Allow statements that name the action, with the part
  /// that keeps each from applying.
  std::vector<LayerStatement> statements;
  /// What every given layer says by itself.
  std::vector<LayerVerdict> layers;
};

/// Decides one request. An explicit Deny in any layer refuses; else the caller's side, the
/// resource's side and every layer that limits them must let it through, as far as each counts for
/// the way in which the resource's policy names the caller. `Undecided` where an open part could
/// change that.
[[nodiscard]] StackDecision evaluate_stack(const Stack& stack, const Request& request);

/// The account that owns the request's resource: as stated, else from its ARN, else the caller's
/// own; may be empty.
[[nodiscard]] std::string resource_account(const Request& request);

}  // namespace muster::policy
