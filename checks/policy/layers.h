// Each layer of a stack by itself: what its statements allow and deny, with the exceptions for the
// caller's kind.
#pragma once

#include "checks/policy/principals.h"
#include "checks/policy/stack.h"

namespace muster::policy {

/// What a resource's policy grants, by how it names the caller. Source: IAM User Guide, "How AWS
/// enforcement code logic evaluates requests", resource-based policies.
struct Grants {
  /// The user, the session or everyone: nothing on the caller's side but Denies and SCPs limits it.
  EffectResult direct;
  /// The role behind a session, the user behind a federated one: boundary and session policy limit
  /// it.
  EffectResult limited;
  /// The account: the caller's identity policies must allow it too.
  EffectResult delegated;
};

struct Layers {
  LayerVerdict identity;
  LayerVerdict resource;
  LayerVerdict boundary;
  LayerVerdict session;
  LayerVerdict scp;
  LayerVerdict rcp;
  Grants grants;
};

/// Every layer against the request. A layer that is not given allows what it would limit, but for
/// `identity` and `resource`, which are what grants. Policies that cannot speak about the caller
/// (identity policies of a service) are unknown.
[[nodiscard]] Layers evaluate_layers(const Stack& stack, const Request& request,
                                     const Caller& caller);

/// Whether the resource is a role to be assumed or a key, where identity policies count only if the
/// resource's own policy lets them.
[[nodiscard]] bool needs_resource_policy(const Stack& stack, const Request& request);

}  // namespace muster::policy
