// The two searches of the graph: towards administrators, and from one start. They share the
// principals, the edges and what counts as a shorter path.
#pragma once

#include <optional>
#include <vector>

#include "checks/escalation/graph.h"
#include "checks/escalation/stages.h"

namespace muster::escalation {

/// What both searches look at; all of it outlives them.
struct Ground {
  const AccountMap& map;
  const EdgeFinder& finder;
  /// By number of the principals of the facts: whether it is an administrator.
  const std::vector<bool>& admin;
  Stages& stages;

  [[nodiscard]] bool is_admin(Id id) const {
    return map.is_changed(id) ? stages.is_admin(id) : admin[id];
  }
};

/// Proven before possible, then by length and way.
[[nodiscard]] bool is_shorter(const Path& a, const Path& b);

/// As `Graph::to_admin`.
[[nodiscard]] std::vector<Path> paths_to_admins(const Ground& ground);

/// As `Graph::from`.
[[nodiscard]] std::vector<Path> paths_from(const Ground& ground, Id start);

/// As `Graph::besides` and `Graph::is_plain`.
[[nodiscard]] std::optional<std::vector<Path>> paths_besides(const Ground& ground, Id start,
                                                             const std::vector<Path>& known);
[[nodiscard]] bool is_plain_path(const Ground& ground, const Path& path);

}  // namespace muster::escalation
