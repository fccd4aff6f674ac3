// Writing one run: which findings are new, which go on, which closed and why.
#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "checks/core/run.h"
#include "store/sqlite.h"

namespace muster::store {

/// What a run is about and where it looked. Folders are relative to the one of the history, so that
/// neither the working directory nor moving a checkout with its history changes them.
struct RunPlace {
  /// Separates the findings of different repositories in one file: `owner/name`, or `folder:` and
  /// the audited root when no name is declared.
  std::string scope;
  /// The audited root and the facts folders.
  std::set<std::string> folders;
};

[[nodiscard]] RunPlace place_of(const Run& run, const std::filesystem::path& history_folder);

/// Writes the results of `run` (row `id`) inside an open transaction. Errors stick in the database.
[[nodiscard]] RunDelta write_run(Database& database, std::int64_t id, const Run& run,
                                 const RunPlace& place);

}  // namespace muster::store
