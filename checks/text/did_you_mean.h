// "Did you mean": the known name that a misspelt one most likely stands for.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace muster::text {

/// The candidate with the smallest edit distance to `name` (ASCII case ignored, a swap of
/// neighbours counts one), if that is at most a third of the name's length, and at least one change
/// is allowed; the first of equals. Names longer than 64 bytes get no suggestion.
[[nodiscard]] std::optional<std::string_view> closest(std::string_view name,
                                                      std::span<const std::string_view> candidates);

/// `; did you mean `Effect`?` when a candidate is close, else empty: the end of an error message.
[[nodiscard]] std::string did_you_mean(std::string_view name,
                                       std::span<const std::string_view> candidates);

}  // namespace muster::text
