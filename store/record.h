// Writing one run: which findings are new, which go on, which closed and why.
#pragma once

#include "checks/core/run.h"
#include "store/sqlite.h"

namespace muster::store {

/// Writes the results of `run` (row `id`) inside an open transaction. Errors stick in the database.
[[nodiscard]] RunDelta write_run(Database& database, std::int64_t id, const Run& run);

/// What separates the findings of different repositories in one file.
[[nodiscard]] std::string scope_of(const Run& run);

}  // namespace muster::store
