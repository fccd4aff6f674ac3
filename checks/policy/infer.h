// What a policy document is used as, when nobody says it.
#pragma once

#include "checks/policy/model.h"

namespace muster::policy {

/// From the elements of the statements: no `Principal` = identity, `Principal` without `Resource` =
/// trust, else resource. Any JSON may be given; what is no policy counts as identity.
[[nodiscard]] PolicyType infer_type(const text::Node& root);

}  // namespace muster::policy
