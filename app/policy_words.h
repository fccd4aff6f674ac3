// How commands that compare policies show requests and decisions, in words and as JSON. Only for
// .cpp files: it brings nlohmann's header.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "app/policy_side.h"

namespace muster::app {

/// `boundary: `, for sides of several layers; empty for others.
[[nodiscard]] std::string place_of(const Side& side, const SideDecision& decision);

/// ``statement `Read` (deploy.json:4:5)``
[[nodiscard]] std::string statement_name(const policy::Statement& statement);

/// What a side decides about a request, and by which statement.
[[nodiscard]] nlohmann::ordered_json decision_json(const Side& side,
                                                   const policy::Request& request);

/// A request as `policy eval` takes it. `layered`: the caller's side alone was asked, so the
/// resource counts as its own account's.
[[nodiscard]] nlohmann::ordered_json request_json(const policy::Request& request, bool layered);

[[nodiscard]] std::string request_words(const policy::Request& request, bool with_principal);

/// Why a side does not allow the request.
[[nodiscard]] std::string refusal_words(const Side& side, const policy::Request& request);

}  // namespace muster::app
