// A pair of atoms is decided once, with a budget of its own, so that no question pays for it.
#include "checks/prover/meetings.h"

#include "checks/prover/text_search.h"
#include "checks/prover/theory.h"

namespace muster::prover {
namespace {

/// Steps for one pair of atoms.
constexpr std::size_t kPairSteps = 20'000;

/// Beyond this many bytes pairs are decided anew each time: memory stays bounded.
constexpr std::size_t kMostBytes = std::size_t{48} << 20U;

enum Known : std::uint8_t { kNotAsked, kApart, kMayMeet };

}  // namespace

bool Meetings::apart(const Box& a, const Box& b) {
  // Boxes hold actions first, then resources.
  for (const AtomId second : b) {
    const DimensionId dimension = atoms_[second].dimension;
    if (dimension > kResource) {
      return false;
    }
    for (const AtomId first : a) {
      const DimensionId other = atoms_[first].dimension;
      if (other > dimension) {
        break;
      }
      if (other == dimension && first != second && apart(first, second)) {
        return true;
      }
    }
  }
  return false;
}

bool Meetings::apart(AtomId a, AtomId b) {
  if (rows_.size() <= b) {
    rows_.resize(b + 1);
  }
  std::vector<std::uint8_t>& row = rows_[b];
  if (row.size() <= a) {
    const std::size_t more = a + 1 - row.size();
    if (remembered_ + more > kMostBytes) {
      return disjoint(atoms_[a], atoms_[b]);
    }
    remembered_ += more;
    row.resize(a + 1, kNotAsked);
  }
  if (row[a] == kNotAsked) {
    row[a] = disjoint(atoms_[a], atoms_[b]) ? kApart : kMayMeet;
  }
  return row[a] == kApart;
}

bool Meetings::disjoint(const Atom& a, const Atom& b) const {
  TextQuery query;
  for (const Atom* atom : {&a, &b}) {
    (atom->complement ? query.unwanted : query.wanted).push_back(&atom->globs);
  }
  query.domain = domain_of(a.dimension);
  std::size_t budget = kPairSteps;
  return satisfiable(query, budget) == Sat::No;
}

}  // namespace muster::prover
