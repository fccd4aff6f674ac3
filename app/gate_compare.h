// Whether one subject grants more than it did: the judgement of `muster gate`. Pure.
#pragma once

#include <string>
#include <vector>

#include "app/gate_subjects.h"
#include "app/policy_side.h"
#include "checks/prover/prover.h"

namespace muster::app {

enum class GateChange {
  Unchanged,
  Equal,
  Narrowed,
  Removed,
  /// A new subject that allows nothing.
  Empty,
  Undecided,
  Widened,
  Incomparable,
  /// A new subject that allows something.
  Added,
};

/// `unchanged`, `equal`, … as `--json` has it.
[[nodiscard]] const char* to_string(GateChange change);

struct GateFinding {
  SubjectPair pair;
  GateChange change = GateChange::Unchanged;
  /// For new access: a request that is allowed now and was not.
  std::optional<policy::Request> witness;
  /// Only action names that do not exist today are new.
  bool only_new_actions = false;
  /// No request is known that is new and can occur (`prover::Answer`). It is new access all the
  /// same: the catalogue is of one day.
  bool no_real_request = false;
  /// Why it is undecided.
  std::string reason;
  /// No new access, though the own policies allow more: a request that only they newly allow, and
  /// that the boundary or the organisation refuses.
  std::optional<policy::Request> held_back;
  /// Both sides as they were asked; the texts that are known.
  Side before;
  Side after;
};

/// Judges every pair. New access = a request that `after` allows and `before` does not. Where texts
/// are not known, the same unknown texts on both sides are taken to mean the same.
[[nodiscard]] std::vector<GateFinding> judge(const std::vector<SubjectPair>& pairs);

[[nodiscard]] bool is_new_access(GateChange change);

}  // namespace muster::app
