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
      : map_(ground.map),
        finder_(ground.finder),
        admin_(ground.admin),
        reached_(map_.principals().size()) {}

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

  void seed();
  void grants_to_others(Id holder);
  void expand(Id to);
  void expand_way(const Way& way, Id to);
  void expand_assume(Id to);
  void take(Edge edge, Id to);
  void add_path(Id from, Path path);
  void settle(const Pending& pending);

  const AccountMap& map_;
  const EdgeFinder& finder_;
  const std::vector<bool>& admin_;
  std::vector<Reached> reached_;
  std::vector<Path> paths_;
  std::deque<Id> queue_;
  std::vector<Pending> pending_;
  bool settling_ = false;
};

void Backwards::add_path(Id from, Path path) {
  Reached& reached = reached_[from];
  if (admin_[from] || !reached.ways.insert(way_id(*path.edges.front())).second) {
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

/// A path of one edge, and of the best path from there.
void Backwards::settle(const Pending& pending) {
  Path path;
  path.verdict = pending.edge->verdict;
  path.edges.push_back(pending.edge);
  path.target = pending.edge->to;
  if (!admin_[pending.to]) {
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

void Backwards::expand_way(const Way& way, Id to) {
  for (const std::size_t group : map_.plausible(way)) {
    const Power& power = map_.power_of_group(group);
    const bool personal = EdgeFinder::is_personal(power, way);
    std::optional<Edge> shared;
    bool asked = false;
    for (const Id from : map_.groups()[group]) {
      if (from == to || admin_[from] || reached_[from].ways.contains(way.id)) {
        continue;
      }
      if (!asked || personal) {
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

void Backwards::expand_assume(Id to) {
  const Trusts& trusts = map_.trusts(to);
  const auto try_from = [&](Id from) {
    if (admin_[from] || reached_[from].ways.contains("sts-assume-role")) {
      return;
    }
    if (auto edge = finder_.assume(from, to)) {
      take(std::move(*edge), to);
    }
  };
  for (const std::string& arn : trusts.arns) {
    if (const iam::Principal* named = map_.find(arn)) {
      try_from(map_.id_of(*named));
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

void Backwards::expand(Id to) {
  expand_assume(to);
  for (const Way& way : ways()) {
    if (finder_.concerns(way, to)) {
      expand_way(way, to);
    }
  }
}

/// Rights for a principal that the holder can become: it becomes it, then grants.
void Backwards::grants_to_others(Id holder) {
  const Power& power = map_.power(holder);
  const bool may_grant = std::ranges::any_of(ways(), [&](const Way& way) {
    return way.category == Category::SelfEscalation && is_plausible(power, way);
  });
  const Way& rewrite = *find_way("iam-update-assume-role-policy");
  for (Id held = 0; may_grant && held < map_.principals().size(); ++held) {
    if (held == holder || admin_[held]) {
      continue;
    }
    auto granted = finder_.best_grant(holder, held);
    if (!granted || granted->verdict == Verdict::Blocked) {
      continue;
    }
    auto access = finder_.assume(holder, held);
    if (!access || access->verdict != Verdict::Proven) {
      auto rewritten = finder_.by(rewrite, holder, held);
      if (rewritten && (!access || rewritten->verdict > access->verdict)) {
        access = std::move(rewritten);
      }
    }
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
    }
  }
}

void Backwards::seed() {
  for (Id id = 0; id < map_.principals().size(); ++id) {
    if (admin_[id]) {
      queue_.push_back(id);
      continue;
    }
    for (const Way& way : ways()) {
      auto edge = finder_.grant(way, id, id);
      if (edge && edge->verdict != Verdict::Blocked) {
        Path path;
        path.verdict = edge->verdict;
        path.edges = {std::make_shared<const Edge>(std::move(*edge))};
        add_path(id, std::move(path));
      }
    }
  }
  for (Id id = 0; id < map_.principals().size(); ++id) {
    if (!admin_[id]) {
      grants_to_others(id);
    }
  }
}

std::vector<Path> Backwards::run() {
  seed();
  while (true) {
    while (!queue_.empty()) {
      const Id next = queue_.front();
      queue_.pop_front();
      expand(next);
    }
    if (pending_.empty()) {
      break;
    }
    settling_ = true;
    const std::vector<Pending> waiting = std::exchange(pending_, {});
    std::ranges::for_each(waiting, [&](const Pending& one) { settle(one); });
  }
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
