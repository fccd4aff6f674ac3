// Words and numbers as people read them; shared by the formats that people read.
#pragma once

#include <string>
#include <string_view>

#include "report/model.h"

namespace muster::report {

/// `1 finding`, `2 findings`.
[[nodiscard]] std::string plural(std::size_t count, const std::string& noun);

/// ASCII letters in upper case.
[[nodiscard]] std::string upper(std::string word);

/// With a capital when it begins with a plain letter.
[[nodiscard]] std::string sentence(const std::string& text);

/// `19 Feb 2026, 06:00 UTC`.
[[nodiscard]] std::string prose_time(TimePoint time);

/// The area as a heading: `oidc` -> `OIDC trust`. An unknown area is its own heading.
[[nodiscard]] std::string area_title(std::string_view area);

/// What happened to the findings of a group: `new`, `3 new, 1 reopened`, `oldest 12 days`.
[[nodiscard]] std::string change_text(const Group& group);

/// Completes "Witness: …".
[[nodiscard]] const char* witness_title(WitnessKind kind);

}  // namespace muster::report
