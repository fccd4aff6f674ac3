// Writing files so that nobody ever sees half of one.
#pragma once

#include <filesystem>
#include <string_view>

#include "checks/core/result.h"

namespace muster::app {

/// Writes to a temporary file beside `path`, syncs it, renames it over `path`; makes missing
/// folders. On error the old file is untouched and no temporary file stays. Errors: `Unwritable`
/// with the path and the system's reason.
[[nodiscard]] Status write_file(const std::filesystem::path& path, std::string_view bytes);

}  // namespace muster::app
