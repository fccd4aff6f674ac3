// Dimensions with finitely many kinds of values: one candidate for each kind is enough. Numbers,
// dates, addresses, booleans and binary values split at the bounds that the clauses name; callers
// split at the principals that the policies name.
#pragma once

#include <string>
#include <vector>

#include "checks/prover/atom.h"

namespace muster::prover {

/// Sets of candidates, one bit each.
using Bits = std::vector<std::uint64_t>;

/// One of the values of one dimension and what each atom says about it.
struct Candidates {
  /// Readable ones first.
  std::vector<std::string> values;

  /// For each atom of the dimension: the candidates for which it may be true, and may be false.
  /// Both when the clause cannot be read.
  struct Verdicts {
    AtomId atom = 0;
    Bits may_hold;
    Bits may_fail;
  };

  std::vector<Verdicts> verdicts;

  /// REQUIRES: `atom` is one of the dimension's.
  [[nodiscard]] const Verdicts& of(AtomId atom) const;
};

/// The candidates of a context key whose clauses are `atoms`, all of family `family`. A text clause
/// counts as `Bool` (`StringEquals` on a key that is true or false).
[[nodiscard]] Candidates typed_candidates(const std::vector<AtomId>& atoms, Family family,
                                          const Atoms& all);

/// The callers that these principal elements tell apart.
[[nodiscard]] Candidates callers(const std::vector<AtomId>& atoms, const Atoms& all);

}  // namespace muster::prover
