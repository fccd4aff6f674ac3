// JSON pieces that the `trust` commands share. Only for .cpp files: it brings nlohmann's header.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <vector>

#include "checks/core/outcome.h"
#include "checks/oidc/refusal.h"

namespace muster::app {

[[nodiscard]] nlohmann::ordered_json refusal_json(const std::vector<oidc::RefusingClause>& clauses);

/// The witness as a line for `muster trust test --claims`.
[[nodiscard]] nlohmann::ordered_json token_json(const Witness& token, std::string_view provider);

}  // namespace muster::app
