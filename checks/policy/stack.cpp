// The formula of all layers: what must allow, in which combination, and who is to blame.
// docs/policy-semantics.md has it as a table.
#include "checks/policy/stack.h"

#include <algorithm>
#include <array>
#include <functional>

#include "checks/policy/arn.h"
#include "checks/policy/layers.h"

namespace muster::policy {
namespace {

/// In the order of `Layer`.
constexpr std::array<const char*, 6> kNames = {"identity", "resource", "boundary",
                                               "session",  "scp",      "rcp"};
constexpr std::array<const char*, 6> kWords = {
    "identity policies", "resource policy",          "permissions boundary",
    "session policy",    "service control policies", "resource control policies"};

/// A truth with its reason and the layers that it rests on.
struct Answer {
  Truth truth = Truth::No;
  std::string because;
  std::vector<Layer> layers;
};

std::string said_by(Layer layer, const std::string& because) {
  return std::string(kWords[static_cast<std::size_t>(layer)]) + ": " + because;
}

Answer answer(Layer layer, const EffectResult& result) {
  if (result.because.empty() && result.truth == Truth::Yes) {
    return {result.truth, {}, {}};
  }
  const std::string because = result.because.empty() ? "no statement allows it" : result.because;
  return {result.truth, said_by(layer, because), {layer}};
}

Answer allows(const LayerVerdict& verdict) {
  return answer(verdict.layer, verdict.allow);
}

void add(std::vector<Layer>& layers, const std::vector<Layer>& more) {
  for (const Layer layer : more) {
    if (std::ranges::find(layers, layer) == layers.end()) {
      layers.push_back(layer);
    }
  }
}

/// All must hold: the first that holds least decides; if all hold, they do so together.
Answer all_of(const std::vector<Answer>& answers) {
  const auto least = std::ranges::min_element(answers, {}, &Answer::truth);
  if (least->truth != Truth::Yes) {
    return *least;
  }
  Answer joined{Truth::Yes, {}, {}};
  for (const Answer& one : answers) {
    if (!one.because.empty() && joined.because.find(one.because) == std::string::npos) {
      joined.because += (joined.because.empty() ? "" : "; ") + one.because;
    }
    add(joined.layers, one.layers);
  }
  return joined;
}

/// One must hold: the first that holds most decides.
Answer any_of(const std::vector<Answer>& answers) {
  return *std::ranges::max_element(answers, {}, &Answer::truth);
}

/// Identity policies within what limits them.
Answer by_identity(const Layers& layers) {
  return all_of({allows(layers.identity), allows(layers.boundary), allows(layers.session)});
}

/// Same account: the caller's own policies or the resource's; both for roles and keys.
Answer within_account(const Layers& layers, bool needs_resource) {
  const Grants& grants = layers.grants;
  Answer own = by_identity(layers);
  if (needs_resource) {
    own = all_of({answer(Layer::Resource, grants.delegated), std::move(own)});
  }
  const Answer direct = answer(Layer::Resource, grants.direct);
  const Answer limited = all_of(
      {answer(Layer::Resource, grants.limited), allows(layers.boundary), allows(layers.session)});
  // Among ways that fail alike, the reader wants to hear of the one that came closest.
  return grants.limited.truth == Truth::No ? any_of({std::move(own), direct, limited})
                                           : any_of({limited, direct, std::move(own)});
}

/// Other account: both sides, whichever way the resource's policy names the caller.
Answer across_accounts(const Layers& layers) {
  return all_of({by_identity(layers), allows(layers.resource)});
}

/// A service, provider or anonymous caller: the resource's policy alone.
Answer outside_accounts(const Layers& layers) {
  // Their own layers hold only if nothing is in them.
  return any_of(
      {allows(layers.resource), layers.identity.given ? allows(layers.identity) : Answer{}});
}

bool is_action(const Request& request, std::string_view name) {
  return lower(request.action) == name;
}

Answer granted(const Layers& layers, const Stack& stack, const Request& request,
               const Caller& caller) {
  if (caller.kind == CallerKind::Root && is_action(request, "sts:assumerole")) {
    return {Truth::No, "the root user cannot assume a role", {}};
  }
  Answer grant;
  if (caller.account.empty()) {
    grant = outside_accounts(layers);
  } else if (caller.account != resource_account(request)) {
    grant = across_accounts(layers);
  } else {
    grant = within_account(layers, needs_resource_policy(stack, request));
  }
  return all_of(
      {std::move(grant), layers.scp.given ? allows(layers.scp) : Answer{Truth::Yes, {}, {}}});
}

/// The order in which layers are named: as AWS evaluates them.
std::array<std::reference_wrapper<const LayerVerdict>, 6> in_order(const Layers& layers) {
  return {layers.rcp,      layers.scp,      layers.resource,
          layers.identity, layers.boundary, layers.session};
}

/// What all layers deny together.
Answer denied(const Layers& layers) {
  Answer most;
  for (const LayerVerdict& verdict : in_order(layers)) {
    if (verdict.deny.truth > most.truth) {
      most = {verdict.deny.truth, said_by(verdict.layer, verdict.deny.because), {}};
    }
  }
  for (const LayerVerdict& verdict : in_order(layers)) {
    if (most.truth != Truth::No && verdict.deny.truth == most.truth) {
      most.layers.push_back(verdict.layer);
    }
  }
  return most;
}

/// The statements a reader wants to see for this outcome.
bool is_telling(const StatementTrace& trace, DecisionKind kind) {
  switch (kind) {
    case DecisionKind::Allowed:
      return trace.effect == Effect::Allow && trace.truth == Truth::Yes;
    case DecisionKind::ExplicitDeny:
      return trace.effect == Effect::Deny && trace.truth == Truth::Yes;
    case DecisionKind::ImplicitDeny:
      return trace.effect == Effect::Allow && trace.part != StatementPart::Action &&
             trace.truth != Truth::Yes;
    case DecisionKind::Undecided:
      return trace.truth != Truth::No;
  }
  return false;
}

const LayerVerdict& of_layer(const Layers& layers, Layer wanted) {
  const auto order = in_order(layers);
  return *std::ranges::find_if(
      order, [&](const LayerVerdict& verdict) { return verdict.layer == wanted; });
}

StackDecision conclude(DecisionKind kind, Answer reason, const Layers& layers) {
  StackDecision decision{kind, std::move(reason.because), std::nullopt, {}, {}};
  if (!reason.layers.empty()) {
    decision.layer = reason.layers.front();
  }
  for (const Layer layer : reason.layers) {
    std::ranges::copy_if(
        of_layer(layers, layer).statements, std::back_inserter(decision.statements),
        [&](const LayerStatement& statement) { return is_telling(statement.trace, kind); });
  }
  for (const LayerVerdict& verdict : {layers.identity, layers.resource, layers.boundary,
                                      layers.session, layers.scp, layers.rcp}) {
    if (verdict.given) {
      decision.layers.push_back(verdict);
    }
  }
  return decision;
}

StackDecision decide(const Layers& layers, Answer grant) {
  Answer deny = denied(layers);
  if (deny.truth == Truth::Yes) {
    return conclude(DecisionKind::ExplicitDeny, std::move(deny), layers);
  }
  if (grant.truth == Truth::No) {
    return conclude(DecisionKind::ImplicitDeny, std::move(grant), layers);
  }
  if (deny.truth == Truth::Unknown) {
    add(deny.layers, grant.layers);
    return conclude(DecisionKind::Undecided, std::move(deny), layers);
  }
  const bool yes = grant.truth == Truth::Yes;
  return conclude(yes ? DecisionKind::Allowed : DecisionKind::Undecided, std::move(grant), layers);
}

bool is_empty(const Stack& stack) {
  return !stack.identity && !stack.resource && !stack.boundary && !stack.session && !stack.scp &&
         !stack.rcp && stack.open.empty();
}

}  // namespace

const char* to_string(Layer layer) {
  return kNames[static_cast<std::size_t>(layer)];
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
  const Caller caller = read_caller(request.principal);
  const Layers layers = evaluate_layers(stack, request, caller);
  if (caller.kind == CallerKind::Other) {
    return conclude(
        DecisionKind::Undecided,
        {Truth::Unknown,
         "the caller `" + request.principal + "` is no principal that policies speak about",
         {}},
        layers);
  }
  // STS API reference: the answer needs no permission and is given even where a policy denies it.
  if (is_action(request, "sts:getcalleridentity") && !caller.account.empty()) {
    return conclude(DecisionKind::Allowed,
                    {Truth::Yes, "`sts:GetCallerIdentity` needs no permission", {}}, layers);
  }
  StackDecision decision = decide(layers, granted(layers, stack, request, caller));
  if (is_empty(stack) && decision.kind == DecisionKind::ImplicitDeny) {
    decision.because = "no policy is given";
  }
  return decision;
}

}  // namespace muster::policy
