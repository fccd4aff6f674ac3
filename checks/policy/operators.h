// Names of condition operators. Table: IAM User Guide, "IAM JSON policy elements: Condition
// operators".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/policy/model.h"

namespace muster::policy {

/// Reads `ForAllValues:StringNotLikeIfExists` and the like; names compare without case. A name that
/// IAM does not have gives `OperatorKind::Unknown` (with what could be read of its prefix and
/// suffix); `Null` takes neither.
[[nodiscard]] Operator parse_operator(Text name);

/// Whether the operator takes wildcards as ordinary characters: `StringEquals` and
/// `StringEqualsIgnoreCase`, negated or not.
[[nodiscard]] bool is_literal(const Operator& op);

/// A clause that stands in no document: its parts have no place.
[[nodiscard]] Condition make_condition(std::string op, std::string key,
                                       std::vector<std::string> values);

/// The nearest operator of IAM to a misspelt one, in the right spelling; empty if none is near.
[[nodiscard]] std::string suggest_operator(std::string_view name);

}  // namespace muster::policy
