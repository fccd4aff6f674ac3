// JSON pieces that the `trust` commands share. Only for .cpp files: it brings nlohmann's header.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <vector>

#include "checks/core/outcome.h"
#include "checks/oidc/refusal.h"

namespace muster::app {

[[nodiscard]] nlohmann::ordered_json refusal_json(const std::vector<oidc::RefusingClause>& clauses);

/// The witness as an object of claims; keys outside the token keep their names.
[[nodiscard]] nlohmann::ordered_json token_json(const Witness& token);

}  // namespace muster::app
