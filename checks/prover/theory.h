// The theory of one dimension: can these atoms be true and those false for one value of it?
// Dimensions are independent, so a box with falsified atoms has a point if every dimension has one.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "checks/prover/candidates.h"
#include "checks/prover/reality.h"
#include "checks/prover/text_search.h"

namespace muster::prover {

/// Atoms of one dimension that must be true, and that must be false. Both sorted.
struct Demand {
  DimensionId dimension = 0;
  std::vector<AtomId> wanted{};
  std::vector<AtomId> unwanted{};
};

/// What texts occur in a dimension at all; null = any.
[[nodiscard]] const GlobUnion* domain_of(DimensionId dimension);

/// What a dimension was found to be: the absent key is an empty list.
struct Value {
  std::vector<std::string> values{};
  bool multivalued = false;
};

/// The theory for one question about two documents: which shape and which type a key has depends on
/// how both use it.
class Theory {
 public:
  /// `glob_states`: states of automata that may be looked at. `reality`: only actions that exist
  /// count; null = all that could. The arguments outlive the theory.
  Theory(const Atoms& atoms, const Document& a, const Document& b, std::size_t glob_states,
         Reality* reality);

  /// `No` is certain; `Yes` is exact but for variables and for clauses that cannot be read, where
  /// it means "perhaps".
  [[nodiscard]] Sat satisfiable(const Demand& demand);
  /// Whether a key may be absent under the demand; false for the other dimensions.
  [[nodiscard]] bool may_be_absent(const Demand& demand) const;
  /// A value that satisfies the demand, absent if possible. Nothing when none was found within the
  /// budget.
  [[nodiscard]] std::optional<Value> find(const Demand& demand);
  /// What a resource must be, but for endings that hardly occur.
  [[nodiscard]] TextQuery resource_query(const Demand& demand) const;

  /// Whether the budget is spent: what was not answered before is `Limit` now.
  [[nodiscard]] bool exhausted() const { return budget_ == 0; }

  /// Steps of the budget that were taken.
  [[nodiscard]] std::size_t spent() const { return all_ - budget_; }

  /// Whether an answer rested on something that cannot be read.
  [[nodiscard]] const std::string& unreadable() const { return unreadable_; }

 private:
  /// How both documents use a key.
  struct Plan {
    bool multivalued = false;
    /// Clauses of types that do not go together.
    bool mixed = false;
    Family family = Family::None;
    std::optional<Candidates> candidates;
  };

  /// One condition on one value.
  struct Term {
    AtomId atom = 0;
    bool wanted = true;
  };

  struct DemandHash {
    std::size_t operator()(const std::vector<std::uint32_t>& words) const;
  };

  void plan(const KeyUse& use);
  [[nodiscard]] bool only_truth_words(DimensionId dimension) const;
  [[nodiscard]] std::vector<AtomId> atoms_of(DimensionId dimension) const;
  const Candidates& candidates_of(DimensionId dimension, Plan& plan);
  [[nodiscard]] bool opaque(const Atom& atom, const Plan& plan) const;

  Sat decide(const Demand& demand);
  Sat present(const Demand& demand, std::vector<Value>* found);
  /// Splits the demand of a multivalued key into what every element and what some element must be.
  bool split(const Demand& demand, const Plan& plan, std::vector<Term>& every,
             std::vector<Term>& some);
  /// One value under all terms.
  Sat one(DimensionId dimension, Plan& plan, const std::vector<Term>& terms, std::string* found);
  Sat one_action(const std::vector<Term>& terms, std::string* found);
  Sat one_text(DimensionId dimension, const std::vector<Term>& terms, std::string* found);
  Sat one_candidate(DimensionId dimension, Plan& plan, const std::vector<Term>& terms,
                    std::string* found);
  [[nodiscard]] TextQuery text_query(DimensionId dimension, const std::vector<Term>& terms) const;
  [[nodiscard]] std::string written(DimensionId dimension, const TextQuery& query,
                                    const Word& text) const;

  const Atoms& atoms_;
  const Document& a_;
  const Document& b_;
  std::size_t all_;
  std::size_t budget_;
  Reality* reality_;
  std::map<DimensionId, Plan> plans_;
  std::unordered_map<std::vector<std::uint32_t>, Sat, DemandHash> memo_;
  std::string unreadable_;
};

}  // namespace muster::prover
