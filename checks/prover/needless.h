// What could be left out of policies without changing what they allow.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "checks/prover/prover.h"

namespace muster::prover {

enum class Needlessness {
  /// An Allow whose every request a Deny refuses, or that no request satisfies.
  DeadAllow,
  /// A Deny of nothing that these policies allow. It may guard against other policies.
  IdleDeny,
  /// Others do the same.
  Redundant,
};

/// A statement, or one of its values, that could go.
struct Needless {
  Needlessness why = Needlessness::Redundant;
  /// Position of the policy, and of the statement in it.
  std::size_t policy = 0;
  std::size_t statement = 0;
  /// `All`: the statement. `Action`, `Resource`: one entry of that element. `Condition`: one value
  /// of a clause.
  policy::StatementPart part = policy::StatementPart::All;
  /// Position of the clause; 0 elsewhere.
  std::size_t clause = 0;
  /// The entry or value, with its place; empty for a whole statement.
  policy::Text value{};
};

/// Everything that could be left out together: each is judged without those found before it, later
/// statements and values first, so that of two equal ones the first stays. What is undecided within
/// the budget is not listed. Entries of `NotAction` and `NotResource` and values of negated or set
/// operators are not judged. In the order of the policies.
[[nodiscard]] std::vector<Needless> needless(const Policies& policies, const Budget& budget = {});

}  // namespace muster::prover
