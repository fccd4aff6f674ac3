// The questions: search, confirmation by the evaluator, and a second search with concrete values
// for the variables where the first left a candidate open.
#include "checks/prover/prover.h"

#include <algorithm>
#include <deque>

#include "checks/prover/question.h"
#include "checks/prover/valuation.h"

namespace muster::prover {
namespace {

using policy::DecisionKind;
using policy::Request;

bool allows(const Policies& policies, const Request& request) {
  return evaluate_policies(policies, request).kind == DecisionKind::Allowed;
}

bool refuses(const Policies& policies, const Request& request) {
  const DecisionKind kind = evaluate_policies(policies, request).kind;
  return kind == DecisionKind::ExplicitDeny || kind == DecisionKind::ImplicitDeny;
}

/// Why the evaluator does not confirm the candidate, if it cannot decide it itself.
std::optional<std::string> undecidable(const Policies& a, const Policies& b,
                                       const Request& candidate) {
  for (const Policies* policies : {&a, &b}) {
    policy::Decision decision = evaluate_policies(*policies, candidate);
    if (decision.kind == DecisionKind::Undecided) {
      return std::move(decision.because);
    }
  }
  return std::nullopt;
}

using Search = Searched (*)(const Atoms&, const Document&, const Document&, const Confirm&,
                            const Budget&);

}  // namespace

struct Prover::State {
  struct Entry {
    Policies policies;
    /// In the order of the policies.
    std::vector<CompiledStatement> statements;
    Document document;
  };

  Budget budget;
  Atoms atoms;
  std::deque<Entry> entries;

  /// The document with its variables replaced. `pinned`: clauses that every Allow gets.
  Document with_values(const Entry& entry, const Valuation& valuation, const Box& pinned) {
    std::vector<CompiledStatement> statements = entry.statements;
    std::size_t next = 0;
    for (const policy::Policy& policy : entry.policies) {
      for (const policy::Statement& statement : policy.statements) {
        CompiledStatement& compiled = statements[next++];
        if (compiled.has_variables) {
          compiled =
              compile(substituted(statement, policy.version, valuation), policy.version, atoms);
        }
        if (compiled.effect == policy::Effect::Allow) {
          compiled.box.insert(compiled.box.end(), pinned.begin(), pinned.end());
          atoms.sort(compiled.box);
        }
      }
    }
    return assemble(statements, atoms);
  }

  /// Searches again with the variables replaced, until a witness is confirmed.
  std::optional<Request> try_values(Search search, const Entry& a, const Entry& b,
                                    const Request& candidate, const Confirm& confirm) {
    for (const Valuation& valuation :
         valuations(a.policies, b.policies, candidate, budget.valuations)) {
      policy::Statement pinning;
      pinning.conditions = pins(valuation);
      const Box pinned = compile(pinning, policy::Version::V2008_10_17, atoms).box;
      const Document first = with_values(a, valuation, pinned);
      const Document second = with_values(b, valuation, {});
      Searched found = search(atoms, first, second, confirm, budget);
      if (found.witness) {
        return std::move(found.witness);
      }
    }
    return std::nullopt;
  }

  /// `found`: the verdict that a witness means.
  Answer ask(Search search, const Entry& a, const Entry& b, const Confirm& confirm, Verdict found) {
    Searched searched = search(atoms, a.document, b.document, confirm, budget);
    if (searched.witness) {
      return {found, std::move(searched.witness), {}};
    }
    if (searched.open.empty()) {
      return {found == Verdict::No ? Verdict::Yes : Verdict::No, std::nullopt, {}};
    }
    const bool variables = a.document.has_variables || b.document.has_variables;
    if (variables && searched.candidate) {
      if (auto witness = try_values(search, a, b, *searched.candidate, confirm)) {
        return {found, std::move(witness), {}};
      }
    }
    if (searched.open == kUnconfirmed) {
      searched.open =
          undecidable(a.policies, b.policies, *searched.candidate)
              .value_or(variables
                            ? "no tried values of the policy variables confirm the request found"
                            : std::string(kUnconfirmed));
    }
    return {Verdict::Undecided, std::move(searched.candidate), std::move(searched.open)};
  }
};

Prover::Prover(Budget budget) : state_(std::make_unique<State>()) {
  state_->budget = budget;
}

Prover::~Prover() = default;

std::size_t Prover::add(Policies policies) {
  std::vector<CompiledStatement> statements;
  for (const policy::Policy& policy : policies) {
    for (const policy::Statement& statement : policy.statements) {
      statements.push_back(compile(statement, policy.version, state_->atoms));
    }
  }
  Document document = assemble(statements, state_->atoms);
  state_->entries.push_back({std::move(policies), std::move(statements), std::move(document)});
  return state_->entries.size() - 1;
}

Answer Prover::within(std::size_t a, std::size_t b) {
  const State::Entry& first = state_->entries.at(a);
  const State::Entry& second = state_->entries.at(b);
  const Confirm confirm = [&](const Request& request) {
    return refuses(second.policies, request) && allows(first.policies, request);
  };
  return state_->ask(search_outside, first, second, confirm, Verdict::No);
}

Answer Prover::overlap(std::size_t a, std::size_t b) {
  const State::Entry& first = state_->entries.at(a);
  const State::Entry& second = state_->entries.at(b);
  const Confirm confirm = [&](const Request& request) {
    return allows(first.policies, request) && allows(second.policies, request);
  };
  return state_->ask(search_common, first, second, confirm, Verdict::Yes);
}

Answer within(const Policies& a, const Policies& b, const Budget& budget) {
  Prover prover(budget);
  const std::size_t first = prover.add(a);
  const std::size_t second = prover.add(b);
  return prover.within(first, second);
}

Answer overlap(const Policies& a, const Policies& b, const Budget& budget) {
  Prover prover(budget);
  const std::size_t first = prover.add(a);
  const std::size_t second = prover.add(b);
  return prover.overlap(first, second);
}

Answer allows_nothing(const Policies& a, const Budget& budget) {
  return within(a, {}, budget);
}

Relation Comparison::relation() const {
  const Verdict wider = b_within_a.verdict;
  const Verdict narrower = a_within_b.verdict;
  if (wider == Verdict::Undecided || narrower == Verdict::Undecided) {
    return Relation::Undecided;
  }
  if (narrower == Verdict::Yes) {
    return wider == Verdict::Yes ? Relation::Equal : Relation::Widened;
  }
  return wider == Verdict::Yes ? Relation::Narrowed : Relation::Incomparable;
}

Comparison compare(const Policies& a, const Policies& b, const Budget& budget) {
  Prover prover(budget);
  const std::size_t first = prover.add(a);
  const std::size_t second = prover.add(b);
  return {prover.within(first, second), prover.within(second, first)};
}

}  // namespace muster::prover
