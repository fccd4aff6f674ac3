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
      : map_(ground.map),
        finder_(ground.finder),
        admin_(ground.admin),
        start_(start),
        known_(map_.principals().size()) {}

  std::vector<Path> run();

 private:
  struct Known {
    bool reached = false;
    bool admin_by_grant = false;
    std::vector<SharedEdge> edges;
    Verdict verdict = Verdict::Proven;
  };

  void reach(Id to, SharedEdge edge);
  void visit(Id from);
  void self_pass(Id from);
  void grants(Id held);
  [[nodiscard]] std::optional<Edge> best_edge(Id from, Id to) const;
  [[nodiscard]] Path path_to(const Known& known) const;

  const AccountMap& map_;
  const EdgeFinder& finder_;
  const std::vector<bool>& admin_;
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
  Path path = path_to(known);
  path.target = &map_.principal(to);
  path.admin = admin_[to];
  paths_.push_back(std::move(path));
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
      path.target = held == start_ ? nullptr : &map_.principal(held);
      path.verdict = std::min(path.verdict, best->verdict);
      path.edges.push_back(std::make_shared<const Edge>(std::move(*best)));
      paths_.push_back(std::move(path));
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

void Forwards::visit(Id from) {
  if (!admin_[from]) {
    grants(from);
  }
  if (from == start_) {
    self_pass(from);
  }
  // An administrator reaches everybody; that says nothing new.
  for (Id to = 0; to < map_.principals().size() && !admin_[from]; ++to) {
    if (to == from || known_[to].reached) {
      continue;
    }
    auto edge = best_edge(from, to);
    if (!edge || edge->verdict == Verdict::Blocked) {
      continue;
    }
    auto shared = std::make_shared<const Edge>(std::move(*edge));
    if (shared->verdict == Verdict::Proven) {
      reach(to, std::move(shared));
    } else {
      pending_.emplace_back(to, std::move(shared));
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
