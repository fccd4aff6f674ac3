// From one start: forwards, whom it can become and what it can give them.
#include <algorithm>
#include <deque>
#include <utility>

#include "checks/escalation/paths.h"

namespace muster::escalation {
namespace {

/// The search forwards from one start.
class Forwards {
 public:
  Forwards(const Ground& ground, Id start)
      : ground_(ground),
        map_(ground.map),
        finder_(ground.finder),
        start_(start),
        known_(map_.size()) {}

  std::vector<Path> run();

 private:
  struct Known {
    bool reached = false;
    bool admin_by_grant = false;
    std::vector<SharedEdge> edges;
    Verdict verdict = Verdict::Proven;
  };

  void reach(Id to, SharedEdge edge);
  void change(Id from);
  void take(Id to, SharedEdge edge);
  void visit(Id from);
  void self_pass(Id from);
  void grants(Id held);
  [[nodiscard]] std::optional<Edge> best_edge(Id from, Id to) const;
  [[nodiscard]] Path path_to(const Known& known) const;
  void add(Path path);
  /// Null for the start itself.
  [[nodiscard]] const iam::Principal* target(Id id) const;

  const Ground& ground_;
  const AccountMap& map_;
  const EdgeFinder& finder_;
  Id start_;
  std::vector<Known> known_;
  std::deque<Id> queue_;
  std::vector<std::pair<Id, SharedEdge>> pending_;
  std::vector<Path> paths_;
};

Path Forwards::path_to(const Known& known) const {
  Path path;
  path.start = &map_.principal(start_);
  path.verdict = known.verdict;
  path.edges = known.edges;
  return path;
}

void Forwards::add(Path path) {
  path.edges = ground_.stages.spelled_out(path.edges);
  paths_.push_back(std::move(path));
}

const iam::Principal* Forwards::target(Id id) const {
  return map_.origin(id) == start_ ? nullptr : &map_.principal(map_.origin(id));
}

std::optional<Edge> Forwards::best_edge(Id from, Id to) const {
  std::optional<Edge> best = finder_.assume(from, to);
  for (const Way& way : ways()) {
    if (best && best->verdict == Verdict::Proven) {
      break;
    }
    if (auto edge = finder_.by(way, from, to); edge && (!best || edge->verdict > best->verdict)) {
      best = std::move(edge);
    }
  }
  return best;
}

void Forwards::reach(Id to, SharedEdge edge) {
  Known& known = known_[to];
  if (known.reached) {
    return;
  }
  const Known& before = known_[map_.id_of(*edge->from)];
  known.reached = true;
  known.edges = before.edges;
  known.verdict = std::min(before.verdict, edge->verdict);
  known.edges.push_back(std::move(edge));
  queue_.push_back(to);
  const bool admin = ground_.is_admin(to);
  // That it can change its policies leads somewhere or is no news.
  if (map_.is_changed(to) && !admin) {
    return;
  }
  Path path = path_to(known);
  path.target = map_.is_changed(to) ? target(to) : &map_.principal(to);
  path.admin = admin;
  add(std::move(path));
}

/// Rights of an administrator for a principal that it has reached, by itself or by whoever stands
/// before it on the path.
void Forwards::grants(Id held) {
  std::vector<Id> holders{held};
  for (const SharedEdge& edge : known_[held].edges) {
    holders.push_back(map_.id_of(*edge->from));
  }
  for (const Way& way : ways()) {
    std::optional<Edge> best;
    for (const Id holder : holders) {
      auto edge = finder_.grant(way, holder, held);
      if (edge && edge->verdict != Verdict::Blocked && (!best || edge->verdict > best->verdict)) {
        best = std::move(edge);
      }
    }
    if (best && (held == start_ || !known_[held].admin_by_grant)) {
      known_[held].admin_by_grant = true;
      Path path = path_to(known_[held]);
      path.admin = true;
      path.target = target(held);
      path.verdict = std::min(path.verdict, best->verdict);
      path.edges.push_back(std::make_shared<const Edge>(std::move(*best)));
      add(std::move(path));
    }
  }
}

/// The role passes itself to a service: its code then runs outside the session.
void Forwards::self_pass(Id from) {
  for (const Way& way : ways()) {
    if (way.category != Category::NewPassRole) {
      continue;
    }
    auto edge = finder_.by(way, from, from);
    if (edge && edge->verdict != Verdict::Blocked) {
      Path path = path_to(known_[from]);
      path.target = &map_.principal(from);
      path.verdict = std::min(path.verdict, edge->verdict);
      path.edges.push_back(std::make_shared<const Edge>(std::move(*edge)));
      paths_.push_back(std::move(path));
      return;
    }
  }
}

void Forwards::take(Id to, SharedEdge edge) {
  if (edge->verdict == Verdict::Proven) {
    reach(to, std::move(edge));
  } else {
    pending_.emplace_back(to, std::move(edge));
  }
}

/// What it is once it has changed its own policies.
void Forwards::change(Id from) {
  const std::vector<Id>& stages = ground_.stages.of(from);
  known_.resize(map_.size());
  for (const Id stage : stages) {
    take(stage, ground_.stages.edge_to(stage));
  }
}

void Forwards::visit(Id from) {
  if (!ground_.is_admin(from)) {
    grants(from);
    if (!map_.is_changed(from)) {
      change(from);
    }
  }
  if (from == start_) {
    self_pass(from);
  }
  // An administrator reaches everybody; that says nothing new.
  for (Id to = 0; to < map_.principals().size() && !ground_.is_admin(from); ++to) {
    if (to == map_.origin(from) || known_[to].reached) {
      continue;
    }
    auto edge = best_edge(from, to);
    if (edge && edge->verdict != Verdict::Blocked) {
      take(to, std::make_shared<const Edge>(std::move(*edge)));
    }
  }
}

std::vector<Path> Forwards::run() {
  known_[start_].reached = true;
  queue_.push_back(start_);
  while (!queue_.empty()) {
    const Id next = queue_.front();
    queue_.pop_front();
    visit(next);
    if (queue_.empty()) {
      for (auto& [to, edge] : std::exchange(pending_, {})) {
        reach(to, std::move(edge));
      }
    }
  }
  std::ranges::stable_sort(paths_, is_shorter);
  return std::move(paths_);
}

}  // namespace

std::vector<Path> paths_from(const Ground& ground, Id start) {
  return Forwards(ground, start).run();
}

}  // namespace muster::escalation
