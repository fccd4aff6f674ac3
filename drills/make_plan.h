// From what is declared and what runs now to a plan; and whether a plan still fits. Reads only.
#pragma once

#include <optional>
#include <string>

#include "drills/backend.h"
#include "drills/host_backend.h"
#include "drills/plan.h"

namespace muster::drills {

/// The plan that rolls `target` back to `to`, by default to the release that ran before. Errors say
/// what makes a rollback impossible or a drill worthless: no previous release, the same digest or
/// version, a file of the path that cannot be read.
[[nodiscard]] Result<Plan> make_plan(const IntentDrill& target, EnvironmentClass kind,
                                     const std::string& root, HostBackend& backend,
                                     const std::optional<std::string>& to);

/// The files of the rollback path as they are now, sorted by name. Errors: one cannot be read.
[[nodiscard]] Result<std::vector<PathFile>> path_files(const Plan& plan);

/// Whether digests and path are still those of the plan.
[[nodiscard]] Status still_as_planned(const Plan& plan, Backend& backend);

/// The path, from the plan's root when it is relative.
[[nodiscard]] std::string from_root(const Plan& plan, const std::string& path);

}  // namespace muster::drills
