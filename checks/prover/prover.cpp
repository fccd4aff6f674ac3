// The questions: search, confirmation by the evaluator, and a second search with concrete values
// for the variables where the first left a candidate open.
#include "checks/prover/prover.h"

#include <deque>
#include <utility>

#include "checks/prover/entry.h"
#include "checks/prover/evidence.h"
#include "checks/prover/question.h"
#include "checks/prover/ties.h"
#include "checks/prover/valuation.h"

namespace muster::prover {
namespace {

using policy::Request;
using policy::Truth;

/// Ways to make keys fit that are tried.
constexpr std::size_t kMostWays = 64;

/// The first answer, or the first whose witness can occur.
void keep_likelier(std::optional<Answer>& best, Answer next) {
  if (!best || (best->no_real_request && !next.no_real_request)) {
    best = std::move(next);
  }
}

}  // namespace

struct Prover::State {
  explicit State(policy::ArnMode mode) : atoms(mode) {}

  Budget budget;
  Atoms atoms;
  Meetings meetings{atoms};
  std::vector<KeptPolicy> kept;
  /// Policies that no caller holds.
  std::deque<policy::Policy> own;
  std::deque<Entry> entries;
  std::optional<std::size_t> nothing_entry;
  /// Of all questions.
  std::size_t steps = 0;
  const policy::Catalogue* catalogue = nullptr;
  /// Made for the first witness.
  std::optional<Reality> reality;

  [[nodiscard]] Truth truth(const Entry& entry, const Request& request) const {
    return decide_truth(entry.layers, kept, request);
  }

  PolicyId keep(const policy::Policy& policy) {
    KeptPolicy made{&policy, {}};
    for (const policy::Statement& statement : policy.statements) {
      made.statements.push_back(compile(statement, policy.version, atoms));
    }
    kept.push_back(std::move(made));
    return kept.size() - 1;
  }

  std::vector<PolicyId> keep_all(const Policies& policies) {
    std::vector<PolicyId> ids;
    for (const policy::Policy& policy : policies) {
      own.push_back(policy);
      ids.push_back(keep(own.back()));
    }
    return ids;
  }

  /// Whatever the unknown documents of a layer say, it is one Allow and one Deny that nobody reads.
  void add_unknown(const EntryLayer& layer, std::size_t number, Statements& statements) {
    if (layer.open) {
      const std::string name =
          "unknown " + std::string(to_string(layer.layer)) + " of " + std::to_string(number);
      statements.push_back(unreadable(policy::Effect::Allow, name + " allows", atoms));
      statements.push_back(unreadable(policy::Effect::Deny, name + " denies", atoms));
    }
  }

  std::size_t add(std::vector<EntryLayer> layers) {
    std::vector<Statements> statements;
    for (const EntryLayer& layer : layers) {
      Statements& united = statements.emplace_back();
      for (const PolicyId id : layer.policies) {
        const Statements& more = kept.at(id).statements;
        united.insert(united.end(), more.begin(), more.end());
      }
      add_unknown(layer, entries.size(), united);
    }
    auto document = effective(statements, {}, budget.product, atoms, meetings);
    const bool too_large = !document;
    entries.push_back({std::move(layers), std::move(document).value_or(Document()), too_large});
    return entries.size() - 1;
  }

  /// The document with its variables replaced, if there are values. `pinned`: clauses that every
  /// Allow gets.
  std::optional<Document> with_values(const Entry& entry, std::size_t number,
                                      const std::optional<Valuation>& valuation,
                                      const Box& pinned) {
    std::vector<Statements> statements;
    for (const EntryLayer& layer : entry.layers) {
      Statements& united = statements.emplace_back();
      for (const PolicyId id : layer.policies) {
        const policy::Policy& policy = *kept[id].policy;
        for (std::size_t i = 0; i < policy.statements.size(); ++i) {
          const CompiledStatement& compiled = kept[id].statements[i];
          const bool open = compiled.has_variables && valuation;
          united.push_back(
              open ? compile(substituted(policy.statements[i], policy.version, *valuation),
                             policy.version, atoms)
                   : compiled);
        }
      }
      add_unknown(layer, number, united);
    }
    return effective(statements, pinned, budget.product, atoms, meetings);
  }

  [[nodiscard]] std::vector<const policy::Policy*> policies_of(const Entry& a,
                                                               const Entry& b) const {
    std::vector<const policy::Policy*> all;
    for (const Entry* entry : {&a, &b}) {
      for (const EntryLayer& layer : entry->layers) {
        for (const PolicyId id : layer.policies) {
          all.push_back(kept[id].policy);
        }
      }
    }
    return all;
  }

  /// Searches again with the variables replaced, until a witness is confirmed.
  std::optional<Answer> try_values(Search search, std::size_t a, std::size_t b,
                                   const Request& candidate, const Confirm& confirm,
                                   Verdict verdict) {
    std::optional<Answer> best;
    for (const Valuation& valuation :
         valuations(policies_of(entries[a], entries[b]), candidate, budget.valuations)) {
      policy::Statement pinning;
      pinning.conditions = pins(valuation);
      const Box pinned = *compile(pinning, policy::Version::V2008_10_17, atoms).box;
      const auto first = with_values(entries[a], a, valuation, pinned);
      const auto second = with_values(entries[b], b, valuation, {});
      if (!first || !second) {
        continue;
      }
      Searched found = search(context(), *first, *second, confirm);
      if (found.witness) {
        keep_likelier(
            best, evidenced(verdict, std::move(*found.witness), search, *first, *second, confirm));
        if (!best->no_real_request) {
          break;
        }
      }
    }
    return best;
  }

  /// Searches again under the demand that keys fit caller, resource and each other.
  std::optional<Answer> try_fitting(Search search, std::size_t a, std::size_t b,
                                    const Request& candidate, const Confirm& confirm,
                                    Verdict verdict) {
    std::vector<AtomId> principals;
    for (const std::size_t number : {a, b}) {
      for (const KeyUse& use : entries[number].document.uses) {
        if (use.dimension == kPrincipal) {
          principals.insert(principals.end(), use.atoms.begin(), use.atoms.end());
        }
      }
    }
    const std::vector<std::string> all =
        principals.empty() ? std::vector<std::string>() : callers(principals, atoms).values;
    std::optional<Answer> best;
    for (const policy::Statement& way :
         ways_to_fit(candidate, policies_of(entries[a], entries[b]), all, kMostWays)) {
      const Box pinned = *compile(way, policy::Version::V2008_10_17, atoms).box;
      const auto narrowed = with_values(entries[a], a, std::nullopt, pinned);
      if (!narrowed) {
        continue;
      }
      Searched found = search(context(), *narrowed, entries[b].document, confirm);
      if (found.witness) {
        keep_likelier(best, evidenced(verdict, std::move(*found.witness), search, *narrowed,
                                      entries[b].document, confirm));
        if (!best->no_real_request) {
          break;
        }
      }
    }
    return best;
  }

  /// Why the evaluator does not confirm the candidate, if it cannot decide it itself.
  [[nodiscard]] std::optional<std::string> undecidable(std::size_t a, std::size_t b,
                                                       const Request& candidate) const {
    for (const std::size_t number : {a, b}) {
      Said said = decide(entries[number].layers, kept, candidate);
      if (said.truth == Truth::Unknown) {
        return std::move(said.because);
      }
    }
    return std::nullopt;
  }

  /// An entry that allows nothing.
  std::size_t nothing() {
    if (!nothing_entry) {
      nothing_entry = add({{policy::Layer::Identity, {}, false}});
    }
    return *nothing_entry;
  }

  [[nodiscard]] bool too_large(std::size_t a, std::size_t b) const {
    return entries.at(a).too_large || entries.at(b).too_large;
  }

  [[nodiscard]] std::optional<Answer> spent() const {
    if (steps < budget.all_steps) {
      return std::nullopt;
    }
    return Answer{Verdict::Undecided, std::nullopt,
                  "the questions about these policies reached their limit of " +
                      std::to_string(budget.all_steps) + " steps together"};
  }

  [[nodiscard]] Context context() { return {atoms, meetings, budget, nullptr, false, &steps}; }

  /// The verdict with a witness that can occur, if there is one; else with one whose action exists;
  /// else with the one that was found.
  Answer evidenced(Verdict verdict, Request found, Search search, const Document& a,
                   const Document& b, const Confirm& confirm) {
    Answer answer{.verdict = verdict, .witness = std::move(found)};
    if (catalogue == nullptr) {
      return answer;
    }
    if (!reality) {
      reality.emplace(*catalogue, atoms);
    }
    Evidence evidence =
        likely_evidence({atoms, meetings, budget, *reality, &steps}, search, a, b, confirm);
    answer.only_new_actions = evidence.only_new_actions;
    answer.no_real_request = evidence.no_real_request;
    if (evidence.witness) {
      answer.witness = std::move(evidence.witness);
    }
    return answer;
  }

  /// `found`: the verdict that a witness means.
  Answer ask(Search search, std::size_t a, std::size_t b, const Confirm& confirm, Verdict found) {
    if (too_large(a, b)) {
      return {
          Verdict::Undecided, std::nullopt,
          "the layers have more than " + std::to_string(budget.product) + " statements together"};
    }
    if (std::optional<Answer> nothing_left = spent()) {
      return std::move(*nothing_left);
    }
    const Document& first = entries[a].document;
    const Document& second = entries[b].document;
    const bool variables = first.has_variables || second.has_variables;
    Searched searched = search(context(), first, second, confirm);
    if (searched.witness) {
      std::optional<Answer> best =
          evidenced(found, std::move(*searched.witness), search, first, second, confirm);
      // A request that can occur may need the variables' values.
      if (best->no_real_request && variables) {
        if (auto other = try_values(search, a, b, *best->witness, confirm, found)) {
          keep_likelier(best, std::move(*other));
        }
      }
      return std::move(*best);
    }
    if (searched.open.empty()) {
      return {found == Verdict::No ? Verdict::Yes : Verdict::No, std::nullopt, {}};
    }
    if (searched.open == kUnfit) {
      if (auto answer = try_fitting(search, a, b, *searched.candidate, confirm, found)) {
        return std::move(*answer);
      }
    }
    if (variables && searched.candidate) {
      if (auto answer = try_values(search, a, b, *searched.candidate, confirm, found)) {
        return std::move(*answer);
      }
    }
    if (searched.open == kUnconfirmed) {
      searched.open =
          undecidable(a, b, *searched.candidate)
              .value_or(variables
                            ? "no tried values of the policy variables confirm the request found"
                            : std::string(kUnconfirmed));
    }
    return {Verdict::Undecided, std::move(searched.candidate), std::move(searched.open)};
  }
};

Prover::Prover(Budget budget, const policy::Catalogue* catalogue, policy::ArnMode mode)
    : state_(std::make_unique<State>(mode)) {
  state_->budget = budget;
  state_->catalogue = catalogue;
}

Prover::~Prover() = default;

PolicyId Prover::keep(const policy::Policy& policy) {
  return state_->keep(policy);
}

std::size_t Prover::add(const Layered& layered) {
  return state_->add(layers_of(layered));
}

std::size_t Prover::add(const policy::Stack& stack) {
  Layered layered{.identity = state_->keep_all(stack.identity.value_or(Policies())),
                  .open = stack.open};
  if (stack.boundary) {
    layered.boundary = state_->keep_all(*stack.boundary);
  }
  if (stack.session) {
    layered.session = state_->keep_all(*stack.session);
  }
  for (const Policies& level : stack.scp.value_or(std::vector<Policies>())) {
    layered.scp.push_back(state_->keep_all(level));
  }
  return add(layered);
}

std::size_t Prover::add(Policies policies) {
  return state_->add({{policy::Layer::Identity, state_->keep_all(policies), false}});
}

Answer Prover::within(std::size_t a, std::size_t b) {
  const Entry& first = state_->entries.at(a);
  const Entry& second = state_->entries.at(b);
  const Confirm confirm = [&](const Request& request) {
    return state_->truth(second, request) == Truth::No &&
           state_->truth(first, request) == Truth::Yes;
  };
  return state_->ask(search_outside, a, b, confirm, Verdict::No);
}

Verdict Prover::judge_within(std::size_t a, std::size_t b) {
  const policy::Catalogue* catalogue = std::exchange(state_->catalogue, nullptr);
  const Verdict verdict = within(a, b).verdict;
  state_->catalogue = catalogue;
  return verdict;
}

Answer Prover::overlap(std::size_t a, std::size_t b) {
  const Entry& first = state_->entries.at(a);
  const Entry& second = state_->entries.at(b);
  const Confirm confirm = [&](const Request& request) {
    return state_->truth(first, request) == Truth::Yes &&
           state_->truth(second, request) == Truth::Yes;
  };
  return state_->ask(search_common, a, b, confirm, Verdict::Yes);
}

std::optional<Answer> Prover::spent() const {
  return state_->spent();
}

policy::Truth Prover::allows(std::size_t a, const Request& request) const {
  return state_->truth(state_->entries.at(a), request);
}

Answer Prover::allows_nothing(std::size_t a) {
  return within(a, state_->nothing());
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

Comparison compare(const Policies& a, const Policies& b, const Budget& budget,
                   const policy::Catalogue* catalogue) {
  Prover prover(budget, catalogue);
  const std::size_t first = prover.add(a);
  const std::size_t second = prover.add(b);
  return {prover.within(first, second), prover.within(second, first)};
}

}  // namespace muster::prover
