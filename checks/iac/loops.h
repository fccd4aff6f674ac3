// `Fn::ForEach` of templates: entries of a mapping, once per item of a list. Source: AWS
// CloudFormation Template Reference, "Fn::ForEach". Not for use outside checks/iac.
#pragma once

#include <optional>

#include "checks/text/tree.h"

namespace muster::iac {

/// The template with every loop in the place of its entries whose list the text itself tells:
/// texts, or a parameter that has a list as default. Places are those of the loop's body. Other
/// loops stay as they are. Nothing when there is no loop to work out. Errors: `Limit`, the result
/// is too large.
[[nodiscard]] Result<std::optional<text::Tree>> without_loops(const text::Node& root);

/// Whether a key of a mapping begins a loop.
[[nodiscard]] bool is_loop(std::string_view key);

}  // namespace muster::iac
