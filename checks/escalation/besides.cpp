// What is left when some paths are put aside. A simple path that is not one of them lacks at least
// one edge of each; so one edge of each is left out, in every combination.
#include <algorithm>
#include <set>
#include <utility>

#include "checks/escalation/paths.h"

namespace muster::escalation {
namespace {

constexpr std::size_t kMostCombinations = 64;

/// Whom the edge leads to, or gives rights.
const iam::Principal* end_of_edge(const Edge& edge) {
  return edge.held != nullptr ? edge.held : edge.to;
}

EdgeName name_of_edge(const AccountMap& map, const Edge& edge) {
  return {edge.way, map.id_of(*edge.from), map.id_of(*end_of_edge(edge))};
}

/// The next choice of one edge per path; false after the last.
bool next_choice(std::vector<std::size_t>& choice, const std::vector<Path>& known) {
  for (std::size_t i = 0; i < choice.size(); ++i) {
    if (++choice[i] < known[i].edges.size()) {
      return true;
    }
    choice[i] = 0;
  }
  return false;
}

bool same_edges(const AccountMap& map, const Path& a, const Path& b) {
  return std::ranges::equal(a.edges, b.edges, [&](const SharedEdge& one, const SharedEdge& other) {
    return end_of_edge(*one) != nullptr && end_of_edge(*other) != nullptr &&
           name_of_edge(map, *one) == name_of_edge(map, *other);
  });
}

}  // namespace

bool is_plain_path(const Ground& ground, const Path& path) {
  return std::ranges::all_of(path.edges, [&](const SharedEdge& edge) {
    const iam::Principal* end = end_of_edge(*edge);
    if (end == nullptr || edge->later != nullptr) {
      return false;
    }
    const Id from = ground.map.id_of(*edge->from);
    const Id to = ground.map.id_of(*end);
    // A change that gives less than everything is no edge of the finder.
    return !ground.map.is_changed(from) && !ground.map.is_changed(to) &&
           (edge->held == nullptr || ground.finder.grant(*edge->way, from, to));
  });
}

std::optional<std::vector<Path>> paths_besides(const Ground& ground, Id start,
                                               const std::vector<Path>& known) {
  std::size_t combinations = 1;
  for (const Path& path : known) {
    combinations *= path.edges.size();
    if (combinations > kMostCombinations) {
      return std::nullopt;
    }
  }
  std::vector<Path> found;
  std::vector<std::size_t> choice(known.size(), 0);
  do {
    std::set<EdgeName> without;
    for (std::size_t i = 0; i < known.size(); ++i) {
      without.insert(name_of_edge(ground.map, *known[i].edges[choice[i]]));
    }
    const EdgeFinder finder(ground.map, EdgeFinder::Effort::Glance, std::move(without));
    for (Path& path : paths_from({ground.map, finder, ground.admin, ground.stages}, start)) {
      const bool seen = std::ranges::any_of(
          found, [&](const Path& other) { return same_edges(ground.map, path, other); });
      if (path.admin && !seen) {
        found.push_back(std::move(path));
      }
    }
  } while (next_choice(choice, known));
  std::ranges::stable_sort(found, is_shorter);
  return found;
}

}  // namespace muster::escalation
