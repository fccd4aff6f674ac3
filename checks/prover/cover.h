// Is every point of a box in one of these boxes? Falsifies one atom of each, with backtracking.
#pragma once

#include <cstddef>
#include <vector>

#include "checks/prover/theory.h"

namespace muster::prover {

struct Covered {
  enum class Kind { Yes, No, Limit };
  Kind kind = Kind::Yes;
  /// For `No`: what a point outside must be, per dimension.
  std::vector<Demand> outside;
};

/// Steps of the covers of one question.
struct CoverBudget {
  /// Falsified atoms that may be tried in the search of one cover.
  std::size_t nodes = 0;
  /// Boxes and atoms that may still be looked at in all covers; reduced by what was used.
  std::size_t looks = 0;
};

/// Source: docs/policy-semantics.md, "Inclusion".
[[nodiscard]] Covered cover(const Box& box, const Boxes& by, const Atoms& atoms, Theory& theory,
                            CoverBudget& budget);

}  // namespace muster::prover
