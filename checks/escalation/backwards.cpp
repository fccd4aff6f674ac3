// Towards administrators: backwards, each principal expanded once, so that only edges into
// something dangerous are asked about.
#include <algorithm>
#include <deque>
#include <set>
#include <utility>

#include "checks/escalation/paths.h"

namespace muster::escalation {
namespace {

/// The search backwards from all administrators.
class Backwards {
 public:
  explicit Backwards(const Ground& ground)
      : ground_(ground),
        map_(ground.map),
        finder_(ground.finder),
        reached_(map_.size()),
        active_(map_.principals().size(), true) {
    active_.resize(map_.size());
  }

  std::vector<Path> run();

 private:
  /// What is known of one principal.
  struct Reached {
    bool done = false;
    /// Index into `paths_` of its best path.
    std::size_t best = 0;
    /// The ways that its paths begin with.
    std::set<std::string> ways;
    /// Ways with a possible edge that waits until all proven ones are known.
    std::set<std::string> waiting;
  };

  struct Pending {
    SharedEdge edge;
    Id from = 0;
    Id to = 0;
  };

  /// Whom an expansion asks about.
  enum class Callers { All, Changed };

  void seed();
  void seed(Id id);
  [[nodiscard]] std::optional<Edge> access_to(Id holder, Id held) const;
  void grants_to_others(Id holder);
  void drain();
  void changed_principals();
  void expand(Id to, Callers callers);
  void expand_way(const Way& way, Id to, Callers callers);
  void expand_assume(Id to, Callers callers);
  [[nodiscard]] bool is_open(Id from, Id to, Callers callers, const std::string& way) const;
  [[nodiscard]] bool is_proven(Id id) const;
  void take(Edge edge, Id to);
  void add_path(Id from, Path path);
  void settle(const Pending& pending);

  const Ground& ground_;
  const AccountMap& map_;
  const EdgeFinder& finder_;
  std::vector<Reached> reached_;
  /// By number: of principals after changes only those that this search has made its own.
  std::vector<bool> active_;
  std::vector<Path> paths_;
  std::deque<Id> queue_;
  /// What is only possible, until all that is proven is known.
  std::vector<Pending> pending_;
  std::vector<Path> pending_grants_;
  bool settling_ = false;
};

void Backwards::add_path(Id from, Path path) {
  Reached& reached = reached_[from];
  if (ground_.is_admin(from) || !reached.ways.insert(way_id(*path.edges.front())).second) {
    return;
  }
  path.start = &map_.principal(from);
  path.admin = true;
  paths_.push_back(std::move(path));
  if (!reached.done) {
    reached.done = true;
    reached.best = paths_.size() - 1;
    queue_.push_back(from);
  }
}

bool Backwards::is_proven(Id id) const {
  return reached_[id].done && paths_[reached_[id].best].verdict == Verdict::Proven;
}

/// A path of one edge, and of the best path from there.
void Backwards::settle(const Pending& pending) {
  const bool bound = pending.edge->later != nullptr && pending.edge->verdict == Verdict::Possible;
  if (bound && is_proven(pending.from)) {
    return;
  }
  Path path;
  path.verdict = pending.edge->verdict;
  path.edges.push_back(pending.edge);
  path.target = pending.edge->to;
  if (!ground_.is_admin(pending.to)) {
    const Path& rest = paths_[reached_[pending.to].best];
    const bool loops = std::ranges::any_of(
        rest.edges, [&](const SharedEdge& edge) { return edge->from == pending.edge->from; });
    if (loops) {
      return;
    }
    path.verdict = std::min(path.verdict, rest.verdict);
    path.edges.insert(path.edges.end(), rest.edges.begin(), rest.edges.end());
    path.target = rest.target;
  }
  if (pending.edge->later != nullptr) {
    path.edges = ground_.stages.spelled_out(path.edges);
  }
  add_path(pending.from, std::move(path));
}

void Backwards::take(Edge edge, Id to) {
  if (edge.verdict == Verdict::Blocked) {
    return;
  }
  const Id from = map_.id_of(*edge.from);
  const bool proven = edge.verdict == Verdict::Proven;
  // Of the possible ones the first is the nearest; the rest would only fill memory.
  if (!proven && !settling_ && !reached_[from].waiting.insert(way_id(edge)).second) {
    return;
  }
  Pending pending{std::make_shared<const Edge>(std::move(edge)), from, to};
  if (proven || settling_) {
    settle(pending);
  } else {
    pending_.push_back(std::move(pending));
  }
}

bool Backwards::is_open(Id from, Id to, Callers callers, const std::string& way) const {
  return active_[from] && (callers == Callers::All || map_.is_changed(from)) &&
         map_.origin(from) != map_.origin(to) && !ground_.is_admin(from) &&
         !reached_[from].ways.contains(way);
}

void Backwards::expand_way(const Way& way, Id to, Callers callers) {
  for (const std::size_t group : map_.plausible(way)) {
    const Power& power = map_.power_of_group(group);
    std::optional<Edge> shared;
    bool asked = false;
    for (const Id from : map_.groups()[group]) {
      if (!is_open(from, to, callers, way.id)) {
        continue;
      }
      if (!asked || EdgeFinder::is_personal(power, way)) {
        shared = finder_.by(way, from, to);
        asked = true;
      }
      if (!shared) {
        continue;
      }
      Edge edge = *shared;
      edge.from = &map_.principal(from);
      for (Hop& hop : edge.hops) {
        hop.request.principal = caller_of(*edge.from);
      }
      take(std::move(edge), to);
    }
  }
}

void Backwards::expand_assume(Id to, Callers callers) {
  const Trusts& trusts = map_.trusts(to);
  const auto try_from = [&](Id from) {
    if (!is_open(from, to, callers, "sts-assume-role")) {
      return;
    }
    if (auto edge = finder_.assume(from, to)) {
      take(std::move(*edge), to);
    }
  };
  for (const std::string& arn : trusts.arns) {
    if (const iam::Principal* named = map_.find(arn)) {
      const Id id = map_.id_of(*named);
      try_from(id);
      for (const Id stage : ground_.stages.known(id)) {
        try_from(stage);
      }
    }
  }
  if (!trusts.everyone && trusts.accounts.empty()) {
    return;
  }
  for (std::size_t group = 0; group < map_.groups().size(); ++group) {
    const Power& power = map_.power_of_group(group);
    const Id first = map_.groups()[group].front();
    const std::string& account = map_.principal(first).account;
    // Within the account a trust in everyone needs no permission of the caller.
    const bool named = trusts.everyone && account == map_.principal(to).account;
    const bool trusted = trusts.everyone || trusts.accounts.contains(account);
    if (named || (trusted && power.names("sts:AssumeRole"))) {
      std::ranges::for_each(map_.groups()[group], try_from);
    }
  }
}

void Backwards::expand(Id to, Callers callers) {
  if (map_.is_changed(to)) {
    if (callers == Callers::All) {
      take(*ground_.stages.edge_to(to), to);
    }
    return;
  }
  expand_assume(to, callers);
  for (const Way& way : ways()) {
    if (finder_.concerns(way, to)) {
      expand_way(way, to, callers);
    }
  }
}

/// The best way to get to be it, whatever it may do: to assume it, or to take its credentials.
std::optional<Edge> Backwards::access_to(Id holder, Id held) const {
  std::optional<Edge> best = finder_.assume(holder, held);
  for (const Way& way : ways()) {
    if (way.category != Category::PrincipalAccess || (best && best->verdict == Verdict::Proven)) {
      continue;
    }
    auto edge = finder_.by(way, holder, held);
    if (edge && (!best || edge->verdict > best->verdict)) {
      best = std::move(edge);
    }
  }
  return best;
}

/// Rights for a principal that the holder can become: it becomes it, then grants.
void Backwards::grants_to_others(Id holder) {
  const std::vector<const Way*> grants = finder_.grants_of(holder);
  for (Id held = 0; !grants.empty() && held < map_.principals().size(); ++held) {
    if (held == map_.origin(holder) || ground_.is_admin(held)) {
      continue;
    }
    auto granted = finder_.best_grant(grants, holder, held);
    if (!granted || granted->verdict == Verdict::Blocked) {
      continue;
    }
    auto access = access_to(holder, held);
    if (!access || access->verdict == Verdict::Blocked) {
      continue;
    }
    Path path;
    path.verdict = std::min(granted->verdict, access->verdict);
    path.target = &map_.principal(held);
    path.edges = {std::make_shared<const Edge>(std::move(*access)),
                  std::make_shared<const Edge>(std::move(*granted))};
    if (path.verdict == Verdict::Proven) {
      add_path(holder, std::move(path));
    } else {
      path.start = &map_.principal(holder);
      pending_grants_.push_back(std::move(path));
    }
  }
}

/// An administrator, or one that gives itself the rights of one.
void Backwards::seed(Id id) {
  if (ground_.is_admin(id)) {
    queue_.push_back(id);
    return;
  }
  for (const Way& way : ways()) {
    auto edge = finder_.grant(way, id, id);
    if (!edge || edge->verdict == Verdict::Blocked) {
      continue;
    }
    Path path;
    path.verdict = edge->verdict;
    path.edges = {std::make_shared<const Edge>(std::move(*edge))};
    if (path.verdict == Verdict::Proven) {
      add_path(id, std::move(path));
    } else {
      path.start = &map_.principal(id);
      pending_grants_.push_back(std::move(path));
    }
  }
}

void Backwards::seed() {
  const std::size_t count = map_.principals().size();
  for (Id id = 0; id < count; ++id) {
    seed(id);
  }
  for (Id id = 0; id < count; ++id) {
    if (!ground_.is_admin(id)) {
      grants_to_others(id);
    }
  }
}

void Backwards::drain() {
  while (!queue_.empty()) {
    const Id next = queue_.front();
    queue_.pop_front();
    expand(next, Callers::All);
  }
}

/// What those can change about themselves that have no proven path so far.
void Backwards::changed_principals() {
  std::vector<Id> targets;
  std::vector<Id> changed;
  for (Id id = 0; id < map_.principals().size(); ++id) {
    if (ground_.is_admin(id) || is_proven(id)) {
      targets.push_back(id);
    } else {
      const std::vector<Id>& stages = ground_.stages.of(id);
      changed.insert(changed.end(), stages.begin(), stages.end());
    }
  }
  reached_.resize(map_.size());
  active_.resize(map_.size());
  for (const Id id : changed) {
    active_[id] = true;
    seed(id);
    if (!ground_.is_admin(id)) {
      grants_to_others(id);
    }
  }
  if (changed.empty()) {
    return;
  }
  for (const Id target : targets) {
    expand(target, Callers::Changed);
  }
  drain();
}

std::vector<Path> Backwards::run() {
  seed();
  drain();
  changed_principals();
  while (!pending_.empty() || !pending_grants_.empty()) {
    settling_ = true;
    for (Path& path : std::exchange(pending_grants_, {})) {
      const Id from = map_.id_of(*path.start);
      add_path(from, std::move(path));
    }
    const std::vector<Pending> waiting = std::exchange(pending_, {});
    std::ranges::for_each(waiting, [&](const Pending& one) { settle(one); });
    drain();
  }
  std::erase_if(paths_, [&](const Path& path) { return map_.is_changed(map_.id_of(*path.start)); });
  std::ranges::stable_sort(paths_, [](const Path& a, const Path& b) {
    return a.start != b.start ? a.start->arn < b.start->arn : is_shorter(a, b);
  });
  return std::move(paths_);
}
}  // namespace

bool is_shorter(const Path& a, const Path& b) {
  const auto rank = [](const Path& path) {
    return std::tuple(path.verdict == Verdict::Proven ? 0 : 1, path.edges.size(),
                      way_id(*path.edges.front()));
  };
  return rank(a) < rank(b);
}

std::vector<Path> paths_to_admins(const Ground& ground) {
  return Backwards(ground).run();
}

}  // namespace muster::escalation
