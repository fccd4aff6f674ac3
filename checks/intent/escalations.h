// The names of escalations that `muster.yaml` may accept.
#pragma once

#include <string_view>
#include <vector>

namespace muster {

/// The ids of rules/data/escalations.json and `sts-assume-role`, as `muster escalations` prints
/// them.
[[nodiscard]] const std::vector<std::string_view>& escalation_names();

}  // namespace muster
