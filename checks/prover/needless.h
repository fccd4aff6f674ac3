// What could be left out of policies without changing what they allow.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "checks/prover/prover.h"

namespace muster::prover {

enum class Needlessness {
  /// An Allow, or a value of one, whose every request a Deny refuses, or that no request satisfies.
  DeadAllow,
  /// A Deny of nothing that these policies allow. It may guard against other policies.
  IdleDeny,
  /// Others do the same.
  Redundant,
};

/// Position of a policy, and of a statement in it.
struct StatementPlace {
  std::size_t policy = 0;
  std::size_t statement = 0;

  friend auto operator<=>(const StatementPlace&, const StatementPlace&) = default;
};

/// A statement, or one of its values, that could go.
struct Needless {
  Needlessness why = Needlessness::Redundant;
  StatementPlace place{};
  /// `All`: the statement. `Action`, `Resource`: one entry of that element. `Condition`: one value
  /// of a clause.
  policy::StatementPart part = policy::StatementPart::All;
  /// Position of the clause; 0 elsewhere.
  std::size_t clause = 0;
  /// The entry or value, with its place; empty for a whole statement.
  policy::Text value{};
  /// The statements that do the same, or that refuse it, none of which could go: one if one is
  /// enough. Its own for a value that others of the statement cover. Empty when no request
  /// satisfies it, and for an idle Deny.
  std::vector<StatementPlace> because{};
};

struct NeedlessOptions {
  Budget budget{};
  /// Questions to the prover that may be asked.
  std::size_t questions = 100'000;
  /// Whether other policies may stand beside these: what a Deny refuses counts then, allowed here
  /// or not, and none is idle.
  bool beside_others = false;
};

struct NeedlessFound {
  /// In the order of the policies.
  std::vector<Needless> list;
  /// Statements and values that were not decided within the limits.
  std::size_t undecided = 0;
};

/// Everything that could be left out together: each is judged without those found before it, later
/// statements and values first, so that of two equal ones the first stays. Entries of `NotAction`
/// and `NotResource` and values of negated or set operators are not judged.
[[nodiscard]] NeedlessFound needless(const Policies& policies, const NeedlessOptions& options = {});

}  // namespace muster::prover
