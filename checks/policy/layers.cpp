// The layers one by one. The formula that joins them: stack.cpp.
#include "checks/policy/layers.h"

#include <algorithm>

#include "checks/policy/arn.h"
#include "checks/policy/organisation.h"

namespace muster::policy {
namespace {

using Policies = std::vector<Policy>;
using Levels = std::vector<Policies>;

constexpr const char* kNothingAllows = "no statement allows it";

const Policies kNoPolicies;
const Levels kNoLevels;

/// A layer as the stack holds it; no documents where only their absence is not known.
template <class Documents>
struct Given {
  /// Null when the layer does not exist.
  const Documents* documents = nullptr;
  bool open = false;
};

template <class Documents>
Given<Documents> given(const Stack& stack, Layer layer, const std::optional<Documents>& documents,
                       const Documents& none) {
  const bool open = stack.open.contains(layer);
  return {documents ? &*documents : open ? &none : nullptr, open};
}

/// A layer that takes no part: it neither denies nor stands in the way.
LayerVerdict absent(Layer layer) {
  LayerVerdict verdict;
  verdict.layer = layer;
  verdict.allow.truth = Truth::Yes;
  return verdict;
}

/// A layer that grants, without a policy in it.
LayerVerdict nothing_given(Layer layer, std::string why) {
  LayerVerdict verdict = absent(layer);
  verdict.allow = {Truth::No, std::move(why)};
  return verdict;
}

void append(std::vector<LayerStatement>& out, Layer layer, std::size_t level, Decision& decision) {
  for (StatementTrace& trace : decision.statements) {
    out.push_back({layer, level, std::move(trace)});
  }
}

LayerVerdict from_policies(Layer layer, const Policies& policies, const Request& request) {
  Decision decision = evaluate_policies(policies, request);
  LayerVerdict verdict{layer, true, std::move(decision.allow), std::move(decision.deny), {}};
  if (verdict.allow.truth == Truth::No) {
    verdict.allow.because = kNothingAllows;
  }
  append(verdict.statements, layer, 0, decision);
  return verdict;
}

/// What is known of an open layer still holds: an Allow and a Deny do, their absence does not.
void leave_open(EffectResult& result) {
  if (result.truth == Truth::No) {
    result = {Truth::Unknown, "not all of its documents are known"};
  }
}

void leave_open(LayerVerdict& verdict) {
  leave_open(verdict.allow);
  leave_open(verdict.deny);
}

/// One of the layers that only speak about users, roles and their sessions.
LayerVerdict of_caller(Layer layer, const Given<Policies>& policies, const Request& request) {
  if (policies.documents == nullptr) {
    return absent(layer);
  }
  LayerVerdict verdict = from_policies(layer, *policies.documents, request);
  if (policies.open) {
    leave_open(verdict);
  }
  return verdict;
}

/// Root users, services, providers and anonymous callers have none of these; if one is given, the
/// request or the stack is wrong.
LayerVerdict of_stranger(Layer layer, const Given<Policies>& policies, const Caller& caller) {
  LayerVerdict verdict = absent(layer);
  const auto speak = [](const Policy& policy) { return !policy.statements.empty(); };
  const bool speaks =
      policies.documents != nullptr && std::ranges::any_of(*policies.documents, speak);
  if (speaks) {
    verdict.given = true;
    verdict.allow = {Truth::Unknown,
                     "it cannot speak about the caller `" + std::string(caller.text) + "`"};
    verdict.deny = verdict.allow;
  }
  return verdict;
}

LayerVerdict identity_layer(const Stack& stack, const Request& request, const Caller& caller) {
  const auto policies = given(stack, Layer::Identity, stack.identity, kNoPolicies);
  if (has_identity(caller)) {
    return policies.documents != nullptr ? of_caller(Layer::Identity, policies, request)
                                         : nothing_given(Layer::Identity, "none is given");
  }
  LayerVerdict verdict = of_stranger(Layer::Identity, policies, caller);
  if (verdict.allow.truth == Truth::Yes) {
    verdict.allow.because = "the root user needs none";
  }
  return verdict;
}

LayerVerdict boundary_layer(const Stack& stack, const Request& request, const Caller& caller) {
  const auto policies = given(stack, Layer::Boundary, stack.boundary, kNoPolicies);
  return has_identity(caller) ? of_caller(Layer::Boundary, policies, request)
                              : of_stranger(Layer::Boundary, policies, caller);
}

LayerVerdict session_layer(const Stack& stack, const Request& request, const Caller& caller) {
  const auto policies = given(stack, Layer::Session, stack.session, kNoPolicies);
  // IAM User Guide, "Permissions for GetFederationToken".
  if (caller.kind == CallerKind::FederatedUser && policies.documents == nullptr) {
    return nothing_given(Layer::Session, "a federated-user session without one has no permissions");
  }
  return has_identity(caller) ? of_caller(Layer::Session, policies, request)
                              : of_stranger(Layer::Session, policies, caller);
}

/// IAM User Guide, "Permissions boundaries": a Deny with `NotPrincipal` hits every user and role
/// that has a boundary, whomever it lists.
Policies with_nobody_spared(Policies policies) {
  for (Policy& policy : policies) {
    for (Statement& statement : policy.statements) {
      if (statement.effect == Effect::Deny && statement.not_principals) {
        statement.not_principals->clear();
      }
    }
  }
  return policies;
}

EffectResult& slot(Grants& grants, Naming how, const Caller& caller) {
  if (how == Naming::Account) {
    return grants.delegated;
  }
  // A role's ARN as the caller stands for some session of it.
  const bool role =
      how == Naming::Role || (how == Naming::Itself && caller.kind == CallerKind::Role);
  return role ? grants.limited : grants.direct;
}

void grant(Grants& grants, const Statement& statement, const StatementTrace& trace,
           const Caller& caller) {
  if (!statement.principals) {
    strengthen(grants.direct, statement, trace);
    return;
  }
  for (const Principal& entry : *statement.principals) {
    const Naming best = strongest_naming(entry, caller);
    if (best == Naming::None) {
      continue;
    }
    StatementTrace named = trace;
    if (naming(entry, caller) == Naming::Unknown && trace.truth == Truth::Yes) {
      named.truth = Truth::Unknown;
      named.because = "`Principal` may name `" + std::string(caller.text) + "`";
    }
    strengthen(slot(grants, best, caller), statement, named);
  }
}

Grants grants_of(const Policies& policies, const LayerVerdict& verdict, const Caller& caller) {
  Grants grants;
  auto at = verdict.statements.begin();
  for (const Policy& policy : policies) {
    for (const Statement& statement : policy.statements) {
      if (statement.effect == Effect::Allow && at->trace.truth != Truth::No) {
        grant(grants, statement, at->trace, caller);
      }
      ++at;
    }
  }
  return grants;
}

void open_resource(Layers& layers) {
  leave_open(layers.resource);
  leave_open(layers.grants.direct);
  leave_open(layers.grants.limited);
  leave_open(layers.grants.delegated);
}

/// The Denies of a resource's policy for a caller with a boundary, or that may have one.
void apply_boundary(LayerVerdict& resource, const Given<Policies>& policies, const Stack& stack,
                    const Request& request) {
  const auto boundary = given(stack, Layer::Boundary, stack.boundary, kNoPolicies);
  if (boundary.documents == nullptr) {
    return;
  }
  LayerVerdict strict =
      from_policies(Layer::Resource, with_nobody_spared(*policies.documents), request);
  const bool perhaps_none = boundary.open && boundary.documents->empty();
  if (!perhaps_none) {
    resource.deny = strict.deny;
    resource.statements = std::move(strict.statements);
  } else if (strict.deny.truth > resource.deny.truth) {
    resource.deny = {Truth::Unknown, strict.deny.because + " if the caller has a boundary"};
  }
}

/// No policy of the resource. Roles and keys have one all the same.
void without_resource(Layers& layers, const Stack& stack, const Request& request) {
  layers.resource = nothing_given(Layer::Resource, "none is given");
  if (needs_resource_policy(stack, request)) {
    open_resource(layers);
    const std::string why = "the policy of `" + request.resource + "` is not given";
    Grants& grants = layers.grants;
    for (EffectResult* result : {&layers.resource.allow, &layers.resource.deny, &grants.direct,
                                 &grants.limited, &grants.delegated}) {
      result->because = why;
    }
  }
}

void resource_layer(Layers& layers, const Stack& stack, const Request& request,
                    const Caller& caller) {
  const auto policies = given(stack, Layer::Resource, stack.resource, kNoPolicies);
  if (policies.documents == nullptr) {
    without_resource(layers, stack, request);
    return;
  }
  layers.resource = from_policies(Layer::Resource, *policies.documents, request);
  layers.grants = grants_of(*policies.documents, layers.resource, caller);
  if (has_identity(caller)) {
    apply_boundary(layers.resource, policies, stack, request);
  }
  if (policies.open) {
    open_resource(layers);
  }
}

std::string at_level(std::size_t level, const std::string& because) {
  return "level " + std::to_string(level + 1) + ": " + because;
}

LayerVerdict from_levels(Layer layer, const Levels& levels, const Request& request) {
  LayerVerdict verdict = absent(layer);
  verdict.given = true;
  verdict.allow.because = "every level allows it";
  for (std::size_t i = 0; i < levels.size(); ++i) {
    Decision decision = evaluate_policies(levels[i], request);
    if (decision.allow.truth < verdict.allow.truth) {
      const bool no = decision.allow.truth == Truth::No;
      verdict.allow = {decision.allow.truth,
                       at_level(i, no ? kNothingAllows : decision.allow.because)};
    }
    if (decision.deny.truth > verdict.deny.truth) {
      verdict.deny = {decision.deny.truth, at_level(i, decision.deny.because)};
    }
    append(verdict.statements, layer, i, decision);
  }
  return verdict;
}

void limit_reach(LayerVerdict& verdict, const Reach& reach) {
  if (reach.truth == Truth::Yes) {
    return;
  }
  if (verdict.allow.truth == Truth::No || reach.truth == Truth::No) {
    verdict.allow = {reach.truth == Truth::No ? Truth::Yes : Truth::Unknown, reach.because};
  }
  if (reach.truth == Truth::No) {
    verdict.deny = {};
    verdict.statements.clear();
  } else if (verdict.deny.truth == Truth::Yes) {
    verdict.deny = {Truth::Unknown, verdict.deny.because + "; " + reach.because};
  }
}

LayerVerdict organisation_layer(Layer layer, const std::optional<Levels>& levels,
                                const Stack& stack, const Request& request) {
  const auto policies = given(stack, layer, levels, kNoLevels);
  if (policies.documents == nullptr) {
    return absent(layer);
  }
  LayerVerdict verdict = from_levels(layer, *policies.documents, request);
  if (policies.open) {
    leave_open(verdict);
    if (verdict.allow.truth == Truth::Yes) {
      verdict.allow = {Truth::Unknown, "not all of its levels are known"};
    }
  }
  return verdict;
}

}  // namespace

bool needs_resource_policy(const Stack& stack, const Request& request) {
  const std::string action = lower(request.action);
  const auto arn = split_arn(request.resource);
  if (action.starts_with("sts:")) {
    return stack.resource || action.starts_with("sts:assumerole") ||
           (arn && arn->service == "iam" && arn->resource.starts_with("role/"));
  }
  return action.starts_with("kms:") && arn && arn->service == "kms" &&
         arn->resource.starts_with("key/");
}

Layers evaluate_layers(const Stack& stack, const Request& request, const Caller& caller) {
  Layers layers;
  layers.identity = identity_layer(stack, request, caller);
  layers.boundary = boundary_layer(stack, request, caller);
  layers.session = session_layer(stack, request, caller);
  resource_layer(layers, stack, request, caller);
  layers.scp = organisation_layer(Layer::Scp, stack.scp, stack, request);
  limit_reach(layers.scp, scp_reach(caller, request));
  layers.rcp = organisation_layer(Layer::Rcp, stack.rcp, stack, request);
  // `RCPFullAWSAccess` cannot be detached, so only Denies act.
  layers.rcp.allow = {Truth::Yes, "it only denies"};
  limit_reach(layers.rcp, rcp_reach(caller, request));
  return layers;
}

}  // namespace muster::policy
