// Walks through all tokens of a world at once: breadth-first over (variable, place in its class,
// state of every pattern). Words that lead to the same configuration count as one, so the walk is
// finite although the tokens are not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "checks/oidc/clauses.h"
#include "checks/oidc/world.h"

namespace muster::oidc {

/// The tracks and atoms of a question: those of one or two policies, and those of its own demands.
/// They outlive it.
struct Watch {
  struct WatchedAtom {
    /// Index into `tracks`; absent = not about text.
    std::optional<std::size_t> track;
    const PatternMask* mask = nullptr;
  };

  std::vector<const Track*> tracks;
  std::vector<WatchedAtom> atoms;
};

enum class WalkEnd {
  /// Every configuration was seen.
  Exhausted,
  /// A visitor asked to stop.
  Stopped,
  /// The budget is spent.
  Limit,
};

/// One world under one watch. Breadth-first order and sorted alphabets make it deterministic; the
/// first word found for a configuration is a shortest one.
class Machine {
 public:
  /// Called with the atoms as far as they are known. `false` = nothing further on can matter.
  using Worth = std::function<bool(std::span<const AtomValue>)>;
  /// Called for each class of complete tokens, with its atoms and one word per variable. `true` =
  /// stop.
  using Found = std::function<bool(std::span<const AtomValue>, const Assignment&)>;

  /// REQUIRES: both outlive the machine.
  Machine(const World& world, const Watch& watch);

  /// `values` has one entry per atom of the watch; the machine writes those it decides and leaves
  /// the others. `budget` is counted down by one per configuration.
  WalkEnd walk(std::vector<AtomValue> values, std::size_t& budget, const Worth& worth,
               const Found& found) const;

  /// Indexes of the atoms that this world decides.
  [[nodiscard]] const std::vector<std::size_t>& atoms() const { return atoms_; }

 private:
  friend class Walk;

  static constexpr std::size_t kDirect = static_cast<std::size_t>(-1);

  /// The state of one track on its claim.
  struct Slot {
    std::size_t track = 0;
    const GlobSet* globs = nullptr;
    const ClaimText* claim = nullptr;
    std::size_t offset = 0;
    /// Step after which the claim is complete.
    std::size_t finished = 0;
    std::vector<Bits> final_places;
  };

  /// An occurrence of the variable that is being read. `rows` = `kDirect`: the slot stands right
  /// before it. Otherwise the claim gets there later: the effect of the word on every single place
  /// is kept at that offset until then.
  struct Feed {
    std::size_t slot = 0;
    const Piece* piece = nullptr;
    std::size_t rows = kDirect;
  };

  /// A piece that a slot passes at the end of a step: constant text, or a variable whose effect was
  /// kept.
  struct Pass {
    std::size_t slot = 0;
    const Piece* piece = nullptr;
    std::size_t rows = kDirect;
  };

  struct Step {
    std::size_t variable = 0;
    std::vector<Feed> feeds;
    std::vector<Pass> passes;
  };

  void plan();
  void plan_slot(std::size_t slot, const std::vector<std::size_t>& step_of);
  [[nodiscard]] std::vector<std::size_t> reading_order() const;

  const World& world_;
  const Watch& watch_;
  std::vector<Slot> slots_;
  /// Slot per track of the watch, if the world has its claim.
  std::vector<std::optional<std::size_t>> slot_of_track_;
  std::vector<std::size_t> atoms_;
  /// What is passed before the first variable.
  std::vector<Pass> prologue_;
  std::vector<Step> steps_;
  /// Words of one configuration; word 0 holds step and class state.
  std::size_t stride_ = 1;
};

}  // namespace muster::oidc
