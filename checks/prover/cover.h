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

/// `budget`: falsified atoms that may be tried. Source: docs/policy-semantics.md, "Inclusion".
[[nodiscard]] Covered cover(const Box& box, const std::vector<const Box*>& by, const Atoms& atoms,
                            Theory& theory, std::size_t budget);

}  // namespace muster::prover
