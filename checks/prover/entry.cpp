// The evaluator's answers, layer by layer; unknown stays unknown.
#include "checks/prover/entry.h"

#include <algorithm>

namespace muster::prover {
namespace {

using policy::EffectResult;
using policy::Layer;
using policy::Request;
using policy::Truth;

constexpr const char* kNotAllKnown = "not all of its documents are known";

struct Verdicts {
  EffectResult allow;
  EffectResult deny;
};

void strengthen(EffectResult& loudest, EffectResult other) {
  if (other.truth > loudest.truth) {
    loudest = std::move(other);
  }
}

Verdicts judge(const EntryLayer& layer, const std::vector<KeptPolicy>& kept,
               const Request& request) {
  Verdicts verdicts;
  for (const PolicyId id : layer.policies) {
    policy::Decision decision = evaluate_policy(*kept[id].policy, request);
    strengthen(verdicts.allow, std::move(decision.allow));
    strengthen(verdicts.deny, std::move(decision.deny));
  }
  if (layer.open) {
    const EffectResult unknown{Truth::Unknown, kNotAllKnown};
    strengthen(verdicts.allow, unknown);
    strengthen(verdicts.deny, unknown);
  }
  return verdicts;
}

}  // namespace

std::vector<EntryLayer> layers_of(const Layered& layered) {
  const auto open = [&](Layer layer) { return layered.open.contains(layer); };
  std::vector<EntryLayer> layers = {{Layer::Identity, layered.identity, open(Layer::Identity)}};
  if (layered.boundary || open(Layer::Boundary)) {
    layers.push_back({Layer::Boundary, layered.boundary.value_or(std::vector<PolicyId>()),
                      open(Layer::Boundary)});
  }
  if (layered.session || open(Layer::Session)) {
    layers.push_back(
        {Layer::Session, layered.session.value_or(std::vector<PolicyId>()), open(Layer::Session)});
  }
  for (const std::vector<PolicyId>& level : layered.scp) {
    layers.push_back({Layer::Scp, level, open(Layer::Scp)});
  }
  if (layered.scp.empty() && open(Layer::Scp)) {
    layers.push_back({Layer::Scp, {}, true});
  }
  return layers;
}

Truth decide_truth(const std::vector<EntryLayer>& layers, const std::vector<KeptPolicy>& kept,
                   const Request& request) {
  const std::string action = policy::lower(request.action);
  Truth allow = Truth::Yes;
  Truth deny = Truth::No;
  for (const EntryLayer& layer : layers) {
    Truth some = layer.open ? Truth::Unknown : Truth::No;
    deny = std::max(deny, some);
    for (const PolicyId id : layer.policies) {
      const policy::EffectTruths one = policy_truths(*kept[id].policy, request, action);
      some = std::max(some, one.allow);
      deny = std::max(deny, one.deny);
    }
    allow = std::min(allow, some);
    if (allow == Truth::No || deny == Truth::Yes) {
      return Truth::No;
    }
  }
  return deny == Truth::Unknown ? deny : allow;
}

Said decide(const std::vector<EntryLayer>& layers, const std::vector<KeptPolicy>& kept,
            const Request& request) {
  Said allow{Truth::Yes, {}};
  Said deny{Truth::No, {}};
  const auto said = [&](const EntryLayer& layer, std::string because) {
    const bool named = layers.size() > 1 || layer.open;
    return named ? std::string(to_string(layer.layer)) + ": " + because : because;
  };
  for (const EntryLayer& layer : layers) {
    const Verdicts verdicts = judge(layer, kept, request);
    if (verdicts.allow.truth < allow.truth) {
      allow = {verdicts.allow.truth, said(layer, verdicts.allow.because)};
    }
    if (verdicts.deny.truth > deny.truth) {
      deny = {verdicts.deny.truth, said(layer, verdicts.deny.because)};
    }
    if (allow.truth == Truth::No || deny.truth == Truth::Yes) {
      return {Truth::No, {}};
    }
  }
  return deny.truth == Truth::Unknown ? deny : allow;
}

}  // namespace muster::prover
