// The tables of the history file, as a ladder of migrations.
#pragma once

#include "store/sqlite.h"

namespace muster::store {

/// 'MSTR': marks a file as ours.
constexpr std::int64_t kApplicationId = 0x4D535452;
/// The newest schema this program knows.
constexpr std::int64_t kSchemaVersion = 3;

/// Checks that the file is ours, sound and not newer than this program, and brings it up to date; a
/// file that may only be read is brought up to date as a copy in memory. A new, empty file gets the
/// schema. A foreign file, a newer one, or one whose tables are not exactly ours is refused and
/// left as it is.
[[nodiscard]] Result<Database> prepare_schema(Database database, const std::string& path,
                                              Database::Mode mode);

}  // namespace muster::store
