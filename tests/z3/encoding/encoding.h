// Questions about two policies as formulas for Z3: a second opinion on the prover. Written from the
// rules alone (docs/policy-semantics.md, IAM User Guide) and sharing nothing with checks/prover but
// the table of keys that carry lists; numbers, dates and addresses are read by checks/policy.
#pragma once

#include <optional>
#include <string>

#include "checks/policy/evaluate.h"

namespace muster::z3_oracle {

enum class Outcome {
  /// No such request exists.
  None,
  Found,
  /// The limit was reached, or Z3 gave up.
  Limit,
  /// The policies use something that the encoding leaves out.
  Outside,
};

struct Answer {
  Outcome outcome = Outcome::Outside;
  /// For `Outside` what was left out; for `Limit` what Z3 says.
  std::string reason{};
  /// For `Found`: the request, unless some value of the model cannot be written exactly.
  std::optional<policy::Request> request{};
  /// Processor seconds of Z3 and of building the formula.
  double solving = 0;
  double building = 0;
};

/// Is there a request that `a` allows and `b` does not? `milliseconds`: limit of the search.
[[nodiscard]] Answer find_outside(const policy::Policy& a, const policy::Policy& b,
                                  unsigned milliseconds);

/// Is there a request that both allow?
[[nodiscard]] Answer find_common(const policy::Policy& a, const policy::Policy& b,
                                 unsigned milliseconds);

}  // namespace muster::z3_oracle
