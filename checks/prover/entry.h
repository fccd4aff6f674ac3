// One side of a question: policies in layers, what they are as boxes, and what the evaluator says
// about one request.
#pragma once

#include <string>
#include <vector>

#include "checks/policy/stack.h"
#include "checks/prover/effective.h"
#include "checks/prover/prover.h"

namespace muster::prover {

/// A policy that is compiled once, however many entries hold it.
struct KeptPolicy {
  const policy::Policy* policy = nullptr;
  /// In the order of the policy.
  Statements statements;
};

struct EntryLayer {
  policy::Layer layer = policy::Layer::Identity;
  std::vector<PolicyId> policies;
  /// Some of its documents are not known.
  bool open = false;
};

struct Entry {
  /// All must allow; any may deny. Never empty.
  std::vector<EntryLayer> layers;
  Document document;
  /// The product of the layers has more boxes than the budget allows; the document is empty.
  bool too_large = false;
};

/// The layers that limit this principal.
[[nodiscard]] std::vector<EntryLayer> layers_of(const Layered& layered);

/// What all layers say together about one request, and why.
struct Said {
  /// Whether it is allowed.
  policy::Truth truth = policy::Truth::No;
  /// Why it is not known.
  std::string because;
};

[[nodiscard]] policy::Truth decide_truth(const std::vector<EntryLayer>& layers,
                                         const std::vector<KeptPolicy>& kept,
                                         const policy::Request& request);

/// The same with the words, which cost more than the answer.
[[nodiscard]] Said decide(const std::vector<EntryLayer>& layers,
                          const std::vector<KeptPolicy>& kept, const policy::Request& request);

}  // namespace muster::prover
