// The value test of every condition operator: one written value against one value of the request.
#pragma once

#include <string_view>

#include "checks/policy/arn.h"
#include "checks/policy/evaluate.h"

namespace muster::policy {

/// Whether `value` (of the request) satisfies `written` (of the policy) under the positive form of
/// `kind`. `Unknown` when one of the two is not a value of the operator's type. REQUIRES: `kind` is
/// neither `Null` nor `Unknown`.
[[nodiscard]] MatchResult compare(OperatorKind kind, std::string_view written,
                                  std::string_view value, Version version, const Request& request);

}  // namespace muster::policy
