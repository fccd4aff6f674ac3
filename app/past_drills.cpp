#include "app/past_drills.h"

#include <algorithm>
#include <filesystem>

#include "checks/core/run.h"
#include "drills/journal.h"
#include "drills/make_plan.h"

namespace muster::app {
namespace {

PastDrill past_drill(const drills::DrillRow& row) {
  const bool closed = row.state == "closed";
  PastDrill past{row.id,
                 row.target,
                 closed ? row.outcome : "open",
                 row.reason,
                 parse_utc(closed ? row.closed : row.opened).value_or(TimePoint{}),
                 {}};
  if (const auto plan = drills::parse_plan(row.plan_json)) {
    const auto files = drills::path_files(plan.value());
    if (files) {
      past.same_path = files.value() == plan.value().path;
    }
  }
  return past;
}

}  // namespace

Result<std::vector<PastDrill>> past_drills(const std::string& root, const Intent& intent) {
  std::vector<PastDrill> past;
  const auto path = std::filesystem::path(root) / ".muster/drills.db";
  std::error_code error;
  if (intent.drills.empty() || !std::filesystem::exists(path, error)) {
    return past;
  }
  MUSTER_TRY(drills::Journal journal, drills::Journal::open(path.string()));
  MUSTER_TRY(const auto wrong, journal.verify());
  if (!wrong.empty()) {
    return Error{ErrorCode::Unreadable,
                 "drill journal `" + path.string() + "` was tampered with: " + wrong.front(),
                 {}};
  }
  MUSTER_TRY(const auto rows, journal.drills());
  for (const drills::DrillRow& row : rows) {
    past.push_back(past_drill(row));
  }
  return past;
}

}  // namespace muster::app
