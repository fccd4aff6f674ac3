// What a drill would do, as data: nothing here acts. An approval is of one plan, by its hash.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/core/intent.h"
#include "checks/core/result.h"

namespace muster::drills {

/// What can be deployed: its name as the deploy path takes it, the digest behind it, and the
/// version that a process of it serves.
struct Release {
  std::string name;
  std::string digest;
  std::string version;

  friend bool operator==(const Release&, const Release&) = default;
};

/// A file that a rollback runs or reads.
struct PathFile {
  std::string name;
  /// Lower-case hex.
  std::string sha256;

  friend bool operator==(const PathFile&, const PathFile&) = default;
};

/// Everything that a drill, and whoever puts the service back after it, has to know: no other file
/// is asked.
struct Plan {
  IntentDrill target;
  /// Of the environment.
  EnvironmentClass kind = EnvironmentClass::Unknown;
  /// Absolute: what relative paths of `target` start from.
  std::string root;
  /// What runs, and comes back at the end.
  Release from;
  /// What the rollback brings.
  Release to;
  /// The change that brought `from`; the drill begins only while it is the newest.
  std::string baseline;
  /// Sorted by name.
  std::vector<PathFile> path;

  friend bool operator==(const Plan&, const Plan&) = default;
};

/// Keys sorted, numbers whole, no white space: equal plans are equal bytes.
[[nodiscard]] std::string to_json(const Plan& plan);

/// Reads what `to_json` wrote. Errors: `Invalid`.
[[nodiscard]] Result<Plan> parse_plan(std::string_view json);

/// SHA-256 of `to_json`, lower-case hex.
[[nodiscard]] std::string plan_id(const Plan& plan);

/// SHA-256 over names and hashes of the path's files, not over the releases: what one drill proves
/// of all releases that come back this way.
[[nodiscard]] std::string path_hash(const Plan& plan);

/// The version that a process of the release tells: `target.version_of`, filled in.
[[nodiscard]] std::string version_of(const IntentDrill& target, std::string_view release);

/// What the drill will do, a line each, for people.
[[nodiscard]] std::vector<std::string> steps_of(const Plan& plan);

}  // namespace muster::drills
