// From the command line's names to the intent: which muster.yaml, read how.
#pragma once

#include <filesystem>

#include "checks/core/intent.h"
#include "checks/core/result.h"

namespace muster::app {

/// Reads and checks one muster.yaml, shown to people as `shown`. Errors: `Usage` with the place of
/// the mistake, `Unreadable` / `NotFound` when there is no such file.
[[nodiscard]] Result<Intent> load_intent(const std::filesystem::path& path, const SourceId& shown);

/// The intent of an audit of `root`: `config` if given, else `root/muster.yaml` if it is there,
/// else an empty intent with `declared == false`.
[[nodiscard]] Result<Intent> find_intent(const std::filesystem::path& root,
                                         const std::filesystem::path& config);

}  // namespace muster::app
