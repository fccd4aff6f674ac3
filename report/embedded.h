// Templates and style, embedded at build time.
#pragma once

#include <string_view>

namespace muster::report {

/// The bytes of a file of report/templates or report/assets, by its name; empty when there is none.
/// Defined by generated code.
[[nodiscard]] std::string_view embedded_file(std::string_view name);

}  // namespace muster::report
