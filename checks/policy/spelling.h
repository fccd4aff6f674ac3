// "Did you mean": finds the known name that a misspelt one most likely stands for.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace muster::policy {

/// The name of `known` that equals `wrong` but for case, else the one within two edits (insert,
/// drop, replace one character; case ignored), else nothing. The first of several equally near ones
/// wins.
[[nodiscard]] std::string_view nearest_name(std::string_view wrong,
                                            std::span<const std::string_view> known);

/// `: did you mean `Effect`` when there is a near name, else empty. To be appended to an error
/// message.
[[nodiscard]] std::string did_you_mean(std::string_view wrong,
                                       std::span<const std::string_view> known);

}  // namespace muster::policy
