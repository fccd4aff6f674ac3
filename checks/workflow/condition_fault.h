// Mistakes in conditions whose outcome does not depend on what they ask: each with what it makes of
// the whole. Semantics: GitHub Docs, "Evaluate expressions in workflows and actions".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/workflow/sources.h"

namespace muster::workflow {

/// Where a condition stands: what its names are is decided there.
struct ConditionPlace {
  const Workflow* workflow = nullptr;
  const Job* job = nullptr;
  /// The composite action around it, or null.
  const Action* action = nullptr;
};

/// What the condition, or a part of it, is whatever the run is.
enum class Fate { Always, Never, Wider };

struct ConditionFault {
  /// Of the whole condition.
  Fate fate = Fate::Always;
  /// Only `part` has the fate; the whole depends on the rest.
  bool of_part = false;
  std::string part;
  /// Why, for people.
  std::string why;
  /// A value that goes through although it should not; empty when there is none to show.
  std::string value;
};

/// The first mistake in an `if:` text; nothing when there is none that can be proved.
[[nodiscard]] std::optional<ConditionFault> condition_fault(std::string_view condition,
                                                            const ConditionPlace& place);

/// `c && '' || 'd'` in an expression: the middle is never chosen. Gives what is chosen instead.
[[nodiscard]] std::optional<std::string> empty_choice(std::string_view expression);

}  // namespace muster::workflow
