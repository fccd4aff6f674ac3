// The search keeps, per dimension, the atoms of the box and those falsified so far. Dimensions are
// independent, so a choice never has to be undone because of another dimension.
#include "checks/prover/cover.h"

#include <algorithm>

namespace muster::prover {
namespace {

/// A covering box, as the atoms of it that can be false inside the covered one.
using Options = std::vector<AtomId>;

class Cover {
 public:
  Cover(const Box& box, const Atoms& atoms, Theory& theory, CoverBudget& budget)
      : atoms_(atoms), theory_(theory), budget_(budget), nodes_(budget.nodes) {
    for (const AtomId atom : box) {
      demand(atoms[atom].dimension).wanted.push_back(atom);
    }
    for (Demand& one : demands_) {
      std::ranges::sort(one.wanted);
    }
  }

  [[nodiscard]] bool empty() {
    return std::ranges::any_of(
        demands_, [&](const Demand& one) { return theory_.satisfiable(one) == Sat::No; });
  }

  /// Reads the options of a covering box. `false`: it has none, so it covers alone.
  bool add(const Box& box) {
    Options options;
    for (const AtomId atom : box) {
      if (can_fail(atom)) {
        options.push_back(atom);
      }
    }
    const bool falsifiable = !options.empty();
    covers_.push_back(std::move(options));
    return falsifiable;
  }

  Covered search() {
    order();
    return descend();
  }

 private:
  /// One falsified atom; which cover it belongs to, and which of its options it is.
  struct Step {
    std::size_t cover = 0;
    std::size_t option = 0;
    bool pushed = false;
  };

  [[nodiscard]] bool spent() const { return nodes_ == 0 || budget_.looks == 0; }

  Demand& demand(DimensionId dimension) {
    const auto place = std::ranges::lower_bound(demands_, dimension, {}, &Demand::dimension);
    if (place != demands_.end() && place->dimension == dimension) {
      return *place;
    }
    return *demands_.insert(place, Demand{.dimension = dimension});
  }

  /// Whether the atom can be false together with what is demanded so far.
  bool can_fail(AtomId atom) {
    budget_.looks -= budget_.looks > 0 ? 1 : 0;
    push(atom);
    const Sat answer = theory_.satisfiable(demand(atoms_[atom].dimension));
    pop(atom);
    return answer != Sat::No;
  }

  void push(AtomId atom) {
    std::vector<AtomId>& unwanted = demand(atoms_[atom].dimension).unwanted;
    unwanted.insert(std::ranges::lower_bound(unwanted, atom), atom);
  }

  void pop(AtomId atom) {
    std::vector<AtomId>& unwanted = demand(atoms_[atom].dimension).unwanted;
    unwanted.erase(std::ranges::lower_bound(unwanted, atom));
  }

  [[nodiscard]] bool falsified(const Options& options) {
    return std::ranges::any_of(options, [&](AtomId atom) {
      return std::ranges::binary_search(demand(atoms_[atom].dimension).unwanted, atom);
    });
  }

  /// Keys that may simply be absent, then actions, keys that are there, resources, callers.
  [[nodiscard]] int rank(AtomId atom) {
    const DimensionId dimension = atoms_[atom].dimension;
    if (dimension >= kFirstKey) {
      push(atom);
      const bool absent = theory_.may_be_absent(demand(dimension));
      pop(atom);
      return absent ? 0 : 2;
    }
    return dimension == kAction ? 1 : dimension == kResource ? 3 : 4;
  }

  /// Covers with few options first: those with one are forced.
  void order() {
    for (Options& options : covers_) {
      std::vector<std::pair<int, AtomId>> ranked;
      for (const AtomId atom : options) {
        ranked.emplace_back(rank(atom), atom);
      }
      std::ranges::stable_sort(ranked, {}, &std::pair<int, AtomId>::first);
      std::ranges::transform(ranked, options.begin(), &std::pair<int, AtomId>::second);
    }
    std::ranges::stable_sort(covers_, {}, &Options::size);
  }

  Covered descend() {
    std::vector<Step> path;
    std::size_t cover = 0;
    while (true) {
      while (cover < covers_.size() && falsified(covers_[cover])) {
        ++cover;
      }
      if (cover == covers_.size()) {
        return {Covered::Kind::No, demands_};
      }
      path.push_back({cover, 0, false});
      while (!advance(path.back())) {
        path.pop_back();
        if (path.empty()) {
          return {Covered::Kind::Yes, {}};
        }
      }
      if (spent()) {
        return {Covered::Kind::Limit, {}};
      }
      cover = path.back().cover + 1;
    }
  }

  /// Moves a step to its next option that can be false now.
  bool advance(Step& step) {
    const Options& options = covers_[step.cover];
    if (step.pushed) {
      pop(options[step.option]);
      step.pushed = false;
      ++step.option;
    }
    for (; step.option < options.size(); ++step.option) {
      nodes_ -= nodes_ > 0 ? 1 : 0;
      if (spent() || can_fail(options[step.option])) {
        push(options[step.option]);
        step.pushed = true;
        return true;
      }
    }
    return false;
  }

  const Atoms& atoms_;
  Theory& theory_;
  CoverBudget& budget_;
  std::size_t nodes_;
  std::vector<Demand> demands_;
  std::vector<Options> covers_;
};

}  // namespace

Covered cover(const Box& box, const Boxes& by, const Atoms& atoms, Theory& theory,
              CoverBudget& budget) {
  // A box with no atom beside those of the covered one: the most frequent proof, and the cheapest.
  const bool contained = std::ranges::any_of(by, [&](const Box* one) {
    return std::ranges::all_of(
        *one, [&](AtomId atom) { return std::ranges::find(box, atom) != box.end(); });
  });
  if (contained) {
    return {};
  }
  budget.looks -= std::min(budget.looks, by.size());
  Cover search(box, atoms, theory, budget);
  if (search.empty()) {
    return {};
  }
  for (const Box* one : by) {
    if (!search.add(*one)) {
      return {};
    }
    if (budget.looks == 0) {
      return {Covered::Kind::Limit, {}};
    }
  }
  return search.search();
}

}  // namespace muster::prover
