// What scripts hand on to later steps through files.
#pragma once

#include <string_view>
#include <vector>

namespace muster::workflow {

/// What a script writes under a name into the file of `$GITHUB_OUTPUT` (or `variable`): the pieces
/// of the script that hold the value.
[[nodiscard]] std::vector<std::string_view> written_values(std::string_view script,
                                                           std::string_view variable,
                                                           std::string_view name);

}  // namespace muster::workflow
