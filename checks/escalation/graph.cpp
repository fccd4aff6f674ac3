// Who is an administrator, and what comes close; the searches are in backwards.cpp and
// forwards.cpp.
#include "checks/escalation/graph.h"

#include <algorithm>
#include <array>
#include <utility>

#include "checks/core/model.h"
#include "checks/escalation/draft.h"
#include "checks/escalation/paths.h"

namespace muster::escalation {
struct Graph::State {
  explicit State(const AuditInput& input) : map(input), finder(map), stages(map, finder) {
    for (Id id = 0; id < map.principals().size(); ++id) {
      admin.push_back(has_everything(map, id));
    }
  }

  [[nodiscard]] Ground ground() { return {map, finder, admin, stages}; }

  AccountMap map;
  EdgeFinder finder;
  Stages stages;
  std::vector<bool> admin;
};

Graph::Graph(std::unique_ptr<State> state) : state_(std::move(state)) {}

Graph::Graph(Graph&&) noexcept = default;
Graph& Graph::operator=(Graph&&) noexcept = default;
Graph::~Graph() = default;

Graph Graph::build(const AuditInput& input) {
  return Graph(std::make_unique<State>(input));
}

const std::vector<iam::Principal>& Graph::principals() const {
  return state_->map.principals();
}

bool Graph::is_admin(const iam::Principal& principal) const {
  return state_->admin[state_->map.id_of(principal)];
}

std::vector<Path> Graph::to_admin() const {
  return paths_to_admins(state_->ground());
}

std::optional<std::vector<Path>> Graph::besides(const iam::Principal& start,
                                                const std::vector<Path>& known) const {
  return paths_besides(state_->ground(), state_->map.id_of(start), known);
}

bool Graph::is_plain(const Path& path) const {
  return is_plain_path(state_->ground(), path);
}

std::vector<Path> Graph::from(const iam::Principal& start) const {
  return paths_from(state_->ground(), state_->map.id_of(start));
}

const Power& Graph::power(const iam::Principal& principal) const {
  return state_->map.power(state_->map.id_of(principal));
}

Reply Graph::ask(const Ask& question) const {
  return power(question.principal).ask(question);
}

namespace {

/// The nearest miss of one way; nothing when it works out for some target.
std::optional<Edge> nearest_miss(const EdgeFinder& finder, const AccountMap& map, const Way& way,
                                 Id from) {
  std::optional<Edge> best;
  for (Id to = 0; to < map.principals().size(); ++to) {
    auto edge = way.category == Category::SelfEscalation ? finder.grant(way, from, to)
                                                         : finder.by(way, from, to);
    if (!edge) {
      continue;
    }
    if (edge->verdict != Verdict::Blocked) {
      return std::nullopt;
    }
    if (!best || is_nearer(*edge, *best)) {
      best = std::move(edge);
    }
  }
  if (!best) {
    Edge edge;
    edge.from = &map.principal(from);
    edge.way = &way;
    edge.verdict = Verdict::Blocked;
    edge.because = {"nothing in the account that its policies reach fits"};
    best = std::move(edge);
  }
  return best;
}

/// The nearest misses of what its changed policies name and its own do not.
void misses_after_changes(const EdgeFinder& finder, const Ground& ground, Id from,
                          std::vector<Edge>& misses) {
  for (const Id stage : ground.stages.of(from)) {
    for (const Way& way : ways()) {
      if (is_plausible(ground.map.power(from), way) ||
          !is_plausible(ground.map.power(stage), way)) {
        continue;
      }
      auto miss = nearest_miss(finder, ground.map, way, stage);
      if (miss && std::ranges::find(misses, &way, &Edge::way) == misses.end()) {
        miss->because.front() =
            "after it " + ground.stages.brought_by(stage, way) + ": " + miss->because.front();
        misses.push_back(std::move(*miss));
      }
    }
  }
}

}  // namespace

std::vector<Edge> Graph::blocked(const iam::Principal& start) const {
  const Id from = state_->map.id_of(start);
  const EdgeFinder finder(state_->map, EdgeFinder::Effort::Everything);
  std::vector<Edge> misses;
  for (const Way& way : ways()) {
    if (!is_plausible(state_->map.power(from), way)) {
      continue;
    }
    auto miss = nearest_miss(finder, state_->map, way, from);
    if (miss && way.category == Category::SelfEscalation) {
      if (auto change = state_->stages.nearest_change(finder, way, from);
          change && is_nearer(*change, *miss)) {
        miss = std::move(change);
      }
    }
    if (miss) {
      misses.push_back(std::move(*miss));
    }
  }
  misses_after_changes(finder, state_->ground(), from, misses);
  for (Id to = 0; to < state_->map.principals().size(); ++to) {
    auto edge = finder.assume(from, to);
    if (edge && edge->verdict == Verdict::Blocked) {
      misses.push_back(std::move(*edge));
    }
  }
  return misses;
}

}  // namespace muster::escalation

template std::shared_ptr<const void> muster::built<muster::escalation::Graph>(const AuditInput&);
