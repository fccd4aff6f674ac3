// Writing files so that nobody ever sees half of one.
#pragma once

#include <filesystem>
#include <string_view>

#include "checks/core/result.h"

namespace muster::app {

/// What a file that was written must outlive.
enum class Outlives {
  /// A crash of the machine: the file is on the disk.
  PowerLoss,
  /// The end of this program, however it comes. For files whose hash stands elsewhere, so that a
  /// torn one is found.
  Program,
};

/// Writes to a temporary file beside `path` (synced as asked), renames it over it; makes missing
/// folders. On error the old file is untouched and no temporary file stays. Errors: `Unwritable`
/// with the path and the system's reason.
[[nodiscard]] Status write_file(const std::filesystem::path& path, std::string_view bytes,
                                Outlives outlives = Outlives::PowerLoss);

/// Brings everything that was written to the file system of `path` to the disk. Errors as above.
[[nodiscard]] Status sync_all(const std::filesystem::path& path);

}  // namespace muster::app
