// The layers are judged one by one, as the prover does: what the resource's side says is not asked.
#include "app/policy_side.h"

#include <algorithm>
#include <array>

#include "app/repository.h"
#include "checks/policy/infer.h"
#include "checks/policy/read.h"
#include "checks/policy/request.h"

namespace muster::app {
namespace {

using policy::Decision;
using policy::DecisionKind;
using policy::Effect;
using policy::Layer;
using policy::Policy;
using policy::Statement;
using policy::StatementTrace;
using policy::Truth;

bool is_layered(const text::Node& root) {
  constexpr std::array<Layer, 6> kLayers = {Layer::Identity, Layer::Resource, Layer::Boundary,
                                            Layer::Session,  Layer::Scp,      Layer::Rcp};
  return root.is(text::Type::Mapping) && !root.find("Statement") &&
         std::ranges::any_of(kLayers,
                             [&](Layer layer) { return root.find(to_string(layer)).has_value(); });
}

Result<Side> read_layers(const text::Node& root, std::string name) {
  for (const Layer layer : {Layer::Resource, Layer::Rcp}) {
    if (const auto node = root.find(to_string(layer))) {
      return policy::invalid(
          *node, "`" + std::string(to_string(layer)) +
                     "` belongs to a resource: only the layers of the caller can be compared");
    }
  }
  MUSTER_TRY(policy::Stack stack, policy::read_stack(root));
  return Side{std::move(name), std::move(stack), true, false};
}

/// One layer of a side, or one level of its SCPs.
struct SideLayer {
  Layer layer = Layer::Identity;
  const std::vector<Policy>* policies = nullptr;
};

/// In the order in which AWS evaluates them.
std::vector<SideLayer> layers_of(const policy::Stack& stack) {
  static const std::vector<Policy> kNone;
  std::vector<SideLayer> layers;
  const auto add = [&](Layer layer, const std::optional<std::vector<Policy>>& policies) {
    if (policies || layer == Layer::Identity) {
      layers.push_back({layer, policies ? &*policies : &kNone});
    }
  };
  if (stack.scp) {
    for (const std::vector<Policy>& level : *stack.scp) {
      layers.push_back({Layer::Scp, &level});
    }
  }
  add(Layer::Identity, stack.identity);
  add(Layer::Boundary, stack.boundary);
  add(Layer::Session, stack.session);
  return layers;
}

/// The statement of this effect that applies, else the one that came nearest to it.
void take_statement(const SideLayer& layer, const Decision& decision, Effect effect,
                    SideDecision& out) {
  const StatementTrace* best = nullptr;
  const auto nearness = [](const StatementTrace& trace) {
    return trace.truth == Truth::Yes ? 100 : static_cast<int>(trace.part);
  };
  for (const StatementTrace& trace : decision.statements) {
    if (trace.effect == effect && (best == nullptr || nearness(trace) > nearness(*best))) {
      best = &trace;
    }
  }
  if (best != nullptr) {
    out.trace = *best;
    out.statement = &(*layer.policies)[best->policy].statements[best->index];
  }
}

}  // namespace

Result<Side> read_side(const std::string& file) {
  const SourceId source(file == "-" ? "<stdin>" : file);
  MUSTER_TRY(std::string bytes, read_argument(file, source, kPolicyFileLimit));
  MUSTER_TRY(const auto tree, text::parse_json(std::move(bytes), source));
  if (is_layered(tree.root())) {
    return read_layers(tree.root(), source.path());
  }
  const policy::PolicyType type = policy::infer_type(tree.root());
  MUSTER_TRY(Policy policy, policy::read_policy(tree.root(), type));
  Side side{source.path(), {}, false, type != policy::PolicyType::Identity};
  side.stack.identity.emplace().push_back(std::move(policy));
  return side;
}

SideDecision decide(const Side& side, const policy::Request& request) {
  SideDecision out;
  bool allowed = true;
  for (const SideLayer& layer : layers_of(side.stack)) {
    const Decision decision = evaluate_policies(*layer.policies, request);
    const bool denies = decision.kind == DecisionKind::ExplicitDeny;
    const bool first_gap = allowed && decision.kind != DecisionKind::Allowed;
    const bool grants = allowed && layer.layer == Layer::Identity && !first_gap;
    if (!denies && !first_gap && !grants) {
      continue;
    }
    out = {decision.kind, decision.because, layer.layer, nullptr, {}};
    take_statement(layer, decision, denies ? Effect::Deny : Effect::Allow, out);
    if (denies) {
      return out;
    }
    allowed = !first_gap;
  }
  return out;
}

}  // namespace muster::app
