// Which boxes cannot share a request because of their actions or resources. Remembered over all
// questions of a prover: this is what makes questions about thousands of principals cheap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "checks/prover/atom.h"

namespace muster::prover {

class Meetings {
 public:
  /// The atoms outlive it.
  explicit Meetings(const Atoms& atoms) : atoms_(atoms) {}

  /// Whether no request is in both boxes, by action or resource alone. `true` is certain, and the
  /// answer does not depend on what was asked before. Cheapest when the second box is one of few.
  [[nodiscard]] bool apart(const Box& a, const Box& b);

 private:
  bool apart(AtomId a, AtomId b);
  [[nodiscard]] bool disjoint(const Atom& a, const Atom& b) const;

  const Atoms& atoms_;
  /// By the second atom, then by the first. Empty rows are not used yet.
  std::vector<std::vector<std::uint8_t>> rows_;
  std::size_t remembered_ = 0;
};

}  // namespace muster::prover
