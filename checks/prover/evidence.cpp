// One search for all actions stops at the first action and resource outside, which may not belong
// together; then the kinds of actions with their resources are asked about one by one.
#include "checks/prover/evidence.h"

#include <algorithm>
#include <set>
#include <utility>

#include "checks/prover/effective.h"

namespace muster::prover {
namespace {

using policy::Request;

/// Kinds that share a request with the first document, and kinds that are looked at.
constexpr std::size_t kMostPairings = 64;
constexpr std::size_t kMostKinds = 4'000;

/// The part of a document in which these clauses hold; nothing when there is none.
std::optional<Document> narrowed(const EvidenceTools& tools, const Document& document,
                                 const Box& pinned) {
  Statements statements;
  for (const Box* box : document.allows) {
    statements.push_back({policy::Effect::Allow, false, box});
  }
  for (const Box* box : document.denies) {
    statements.push_back({policy::Effect::Deny, false, box});
  }
  auto part = effective({statements}, pinned, tools.budget.product, tools.atoms, tools.meetings);
  return part && !part->allows.empty() ? std::move(part) : std::nullopt;
}

std::vector<AtomId> action_atoms(const Box& box, const Atoms& atoms) {
  std::vector<AtomId> found;
  std::ranges::copy_if(box, std::back_inserter(found),
                       [&](AtomId atom) { return atoms[atom].dimension == kAction; });
  return found;
}

/// The kinds that the first document may allow.
std::vector<Reality::Pairing> pairings(const EvidenceTools& tools, const Document& a,
                                       const Document& b) {
  std::set<AtomId> all;
  for (const Boxes* boxes : {&a.allows, &a.denies, &b.allows, &b.denies}) {
    for (const Box* box : *boxes) {
      const std::vector<AtomId> atoms = action_atoms(*box, tools.atoms);
      all.insert(atoms.begin(), atoms.end());
    }
  }
  std::vector<std::vector<AtomId>> allowed;
  for (const Box* box : a.allows) {
    allowed.push_back(action_atoms(*box, tools.atoms));
  }
  return tools.reality.pairings(allowed, {all.begin(), all.end()}, kMostKinds);
}

std::optional<Request> by_pairing(const EvidenceTools& tools, Search search, const Document& a,
                                  const Document& b, const Confirm& confirm) {
  const Context context{tools.atoms,    tools.meetings, tools.budget,
                        &tools.reality, true,           tools.steps};
  std::size_t left = kMostPairings;
  for (const Reality::Pairing& pairing : pairings(tools, a, b)) {
    policy::Statement pin;
    pin.actions.emplace().push_back({pairing.action, {}});
    pin.resources.emplace().push_back({pairing.resource, {}});
    const Box pinned = *compile(pin, policy::Version::V2012_10_17, tools.atoms).box;
    const auto part = narrowed(tools, a, pinned);
    if (part && left-- == 0) {
      return std::nullopt;
    }
    Searched found = part ? search(context, *part, b, confirm) : Searched{};
    if (found.witness) {
      return std::move(found.witness);
    }
  }
  return std::nullopt;
}

}  // namespace

Evidence likely_evidence(const EvidenceTools& tools, Search search, const Document& a,
                         const Document& b, const Confirm& confirm) {
  Context context{tools.atoms, tools.meetings, tools.budget, &tools.reality, true, tools.steps};
  Evidence evidence;
  evidence.witness = search(context, a, b, confirm).witness;
  if (!evidence.witness) {
    evidence.witness = by_pairing(tools, search, a, b, confirm);
  }
  if (!evidence.witness) {
    evidence.no_real_request = true;
    context.paired = false;
    Searched existing = search(context, a, b, confirm);
    evidence.only_new_actions = !existing.witness && existing.open.empty();
    evidence.witness = std::move(existing.witness);
  }
  return evidence;
}

}  // namespace muster::prover
