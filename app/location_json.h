// A place in a file, as every JSON answer of a command has it. Only for .cpp files: it brings
// nlohmann's header.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "checks/core/source.h"

namespace muster::app {

/// `{"file","line","column","end_line","end_column"}`.
[[nodiscard]] nlohmann::ordered_json location_json(const SourceRef& where);

}  // namespace muster::app
