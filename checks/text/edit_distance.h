// "Did you mean": the nearest of a list of names.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace muster::text {

/// The candidate with the smallest edit distance to `name` (ASCII case ignored, a swap of
/// neighbours counts one), if that is at most a third of the name's length, and at least one change
/// is allowed; the first of equals. Names longer than 64 bytes get no suggestion.
[[nodiscard]] std::optional<std::string_view> closest(
    std::string_view name, const std::vector<std::string_view>& candidates);

}  // namespace muster::text
