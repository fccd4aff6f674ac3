// One layer alone: what it decides, and when it is not enough. The formula of all layers is in
// docs/policy-semantics.md.
#include "checks/policy/stack.h"

#include <algorithm>

#include "checks/policy/arn.h"
#include "checks/policy/principals.h"

namespace muster::policy {
namespace {

constexpr std::string_view kLayered = "layered evaluation is not available in this version";

StackDecision undecided(std::string because) {
  return {DecisionKind::Undecided, std::move(because), std::nullopt, {}};
}

StackDecision layered(const std::string& why) {
  return undecided(std::string(kLayered) + ": " + why);
}

/// The statements a reader wants to see for this outcome.
bool is_telling(const StatementTrace& trace, DecisionKind kind) {
  switch (kind) {
    case DecisionKind::Allowed:
      return trace.effect == Effect::Allow && trace.truth == Truth::Yes;
    case DecisionKind::ExplicitDeny:
      return trace.effect == Effect::Deny && trace.truth == Truth::Yes;
    case DecisionKind::ImplicitDeny:
      return trace.effect == Effect::Allow && trace.part != StatementPart::Action;
    case DecisionKind::Undecided:
      return trace.truth != Truth::No;
  }
  return false;
}

StackDecision from_layer(Layer layer, Decision decision) {
  StackDecision result{decision.kind, std::move(decision.because), layer, {}};
  std::ranges::copy_if(
      decision.statements, std::back_inserter(result.statements),
      [&](const StatementTrace& trace) { return is_telling(trace, decision.kind); });
  return result;
}

/// Keeps the statements but takes the verdict back.
StackDecision reopened(StackDecision decision, const std::string& why) {
  decision.kind = DecisionKind::Undecided;
  decision.because = std::string(kLayered) + ": " + why;
  return decision;
}

bool in_other_account(const Caller& caller, const Request& request) {
  return !caller.account.empty() && caller.account != resource_account(request);
}

/// Actions on roles and keys, where identity policies count only if the resource's own policy lets
/// them.
bool needs_resource_policy(const Request& request) {
  const std::string action = lower(request.action);
  const auto arn = split_arn(request.resource);
  const bool role = arn && arn->service == "iam" && arn->resource.starts_with("role/");
  const bool key = arn && arn->service == "kms" && arn->resource.starts_with("key/");
  return (role && action.starts_with("sts:")) || (key && action.starts_with("kms:"));
}

bool has_identity_policies(const Caller& caller) {
  return caller.kind == CallerKind::User || caller.kind == CallerKind::Role ||
         caller.kind == CallerKind::Session || caller.kind == CallerKind::FederatedUser;
}

StackDecision decide_identity(const std::vector<Policy>& policies, const Request& request) {
  const Caller caller = read_caller(request.principal);
  if (!has_identity_policies(caller)) {
    return undecided("identity policies do not speak about the caller `" + request.principal + "`");
  }
  StackDecision decision = from_layer(Layer::Identity, evaluate_policies(policies, request));
  if (decision.kind != DecisionKind::Allowed) {
    return decision;
  }
  if (in_other_account(caller, request)) {
    return reopened(std::move(decision),
                    "the resource belongs to another account, whose policy must allow it too");
  }
  if (needs_resource_policy(request)) {
    return reopened(std::move(decision), "the policy of the role or key must allow it too");
  }
  return decision;
}

/// The most direct way in which the applying Allow statements name the caller.
Naming strongest_naming(const std::vector<Policy>& policies, const StackDecision& decision,
                        const Caller& caller) {
  Naming best = Naming::None;
  for (const StatementTrace& trace : decision.statements) {
    const Statement& statement = policies[trace.policy].statements[trace.index];
    if (!statement.principals) {
      best = std::max(best, Naming::Everyone);
      continue;
    }
    for (const Principal& entry : *statement.principals) {
      best = std::max(best, naming(entry, caller));
    }
  }
  return best;
}

StackDecision decide_resource(const std::vector<Policy>& policies, const Request& request) {
  const Caller caller = read_caller(request.principal);
  if (caller.kind == CallerKind::Other) {
    return undecided("the caller `" + request.principal +
                     "` is no principal that policies speak about");
  }
  StackDecision decision = from_layer(Layer::Resource, evaluate_policies(policies, request));
  if (decision.kind != DecisionKind::Allowed || caller.account.empty()) {
    return decision;
  }
  if (in_other_account(caller, request)) {
    return reopened(std::move(decision),
                    "the caller belongs to another account, whose policies must allow it too");
  }
  if (strongest_naming(policies, decision, caller) <= Naming::Account) {
    return reopened(std::move(decision),
                    "naming the account leaves it to the caller's identity policies");
  }
  return decision;
}

}  // namespace

const char* to_string(Layer layer) {
  return layer == Layer::Identity ? "identity" : "resource";
}

std::string resource_account(const Request& request) {
  if (!request.resource_account.empty()) {
    return request.resource_account;
  }
  const auto arn = split_arn(request.resource);
  if (arn && !arn->account.empty()) {
    return std::string(arn->account);
  }
  return std::string(read_caller(request.principal).account);
}

StackDecision evaluate_stack(const Stack& stack, const Request& request) {
  if (stack.boundary || stack.session) {
    return layered("a permissions boundary or a session policy takes part");
  }
  if (stack.scp || stack.rcp) {
    return layered("policies of the organisation take part");
  }
  if (stack.identity && stack.resource) {
    return layered("identity policies and a resource policy take part");
  }
  if (stack.resource) {
    return decide_resource(*stack.resource, request);
  }
  if (stack.identity) {
    return decide_identity(*stack.identity, request);
  }
  return {DecisionKind::ImplicitDeny, "no policy is given", std::nullopt, {}};
}

}  // namespace muster::policy
