// Everything that one side grants beyond the other, not only the first request: which statements,
// which of their actions, and in which respect.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "checks/prover/prover.h"

namespace muster::prover {

/// A request that is granted beyond, and in which respect.
struct Escape {
  /// `action`: no Allow of the other side names it. `resource`: one names the action, none both.
  /// `principal` likewise. The lower-case name of a condition key: without its clauses one would
  /// let the request through; `conditions`: only without those of several keys. `limit`: one does,
  /// and a Deny, boundary, session policy or SCP of the other side refuses. Empty: not known.
  std::string dimension;
  policy::Request witness;
  /// As in `Answer`.
  bool only_new_actions = false;
  bool no_real_request = false;
};

/// An Allow statement of the identity layer that grants something beyond, or may.
struct Grant {
  /// Position of its policy in the layer, and of the statement in the policy.
  std::size_t policy = 0;
  std::size_t statement = 0;
  /// `No`: it does, with escapes. `Undecided`: nobody knows, with the reason.
  Verdict within = Verdict::No;
  std::string reason{};
  /// Those of its `Action` entries that grant something beyond; empty for `NotAction`.
  std::vector<std::string> actions{};
  /// At least one when it does; at most one per dimension.
  std::vector<Escape> escapes{};
};

/// What the caller of `a` may do and that of `b` may not, by the statements of `a`; every limit and
/// every Deny of both sides counts. Empty: `a` is within `b`. Each question has the budget to
/// itself: one for each action that is written, and one for each respect.
[[nodiscard]] std::vector<Grant> grants_beyond(const policy::Stack& a, const policy::Stack& b,
                                               const Budget& budget = {},
                                               const policy::Catalogue* catalogue = nullptr,
                                               policy::ArnMode mode = policy::ArnMode::Segment);

}  // namespace muster::prover
