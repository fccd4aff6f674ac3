// Two searches. Towards administrators: backwards, each principal expanded once, so that only edges
// into something dangerous are asked about. From one start: forwards.
#include "checks/escalation/graph.h"

#include <algorithm>
#include <array>
#include <deque>
#include <set>
#include <utility>

#include "checks/escalation/draft.h"

namespace muster::escalation {
namespace {

using SharedEdge = std::shared_ptr<const Edge>;

/// Whether the policies give `*` on `*` in effect: nothing they name is refused.
bool has_everything(const AccountMap& map, Id id) {
  const iam::PrincipalLayers& layers = map.power(id).layers();
  const bool limited = (layers.boundary && !allows_everything(*layers.boundary)) ||
                       (layers.scp && !std::ranges::all_of(*layers.scp, allows_everything));
  if (limited || !allows_everything(layers.identity)) {
    return false;
  }
  static constexpr std::array<const char*, 3> kTelling = {"iam:AttachRolePolicy", "s3:GetObject",
                                                          "ec2:RunInstances"};
  return std::ranges::any_of(kTelling, [&](const char* action) {
    return map.power(id)
               .ask({map.principal(id), action, {"*"}, {}, TagKnowledge::Unknown, {}, nullptr})
               .verdict == Verdict::Proven;
  });
}

bool is_shorter(const Path& a, const Path& b) {
  const auto rank = [](const Path& path) {
    return std::tuple(path.verdict == Verdict::Proven ? 0 : 1, path.edges.size(),
                      way_id(*path.edges.front()));
  };
  return rank(a) < rank(b);
}

}  // namespace

struct Graph::State {
  explicit State(const AuditInput& input) : map(input), finder(map) {
    for (Id id = 0; id < map.principals().size(); ++id) {
      admin.push_back(has_everything(map, id));
    }
  }

  AccountMap map;
  EdgeFinder finder;
  std::vector<bool> admin;
};

namespace {

/// The search backwards from all administrators.
class Backwards {
 public:
  Backwards(const AccountMap& map, const EdgeFinder& finder, const std::vector<bool>& admin)
      : map_(map), finder_(finder), admin_(admin), reached_(map.principals().size()) {}

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

/// The search forwards from one start.
class Forwards {
 public:
  Forwards(const AccountMap& map, const EdgeFinder& finder, const std::vector<bool>& admin,
           Id start)
      : map_(map), finder_(finder), admin_(admin), start_(start), known_(map.principals().size()) {}

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
  return Backwards(state_->map, state_->finder, state_->admin).run();
}

std::vector<Path> Graph::from(const iam::Principal& start) const {
  return Forwards(state_->map, state_->finder, state_->admin, state_->map.id_of(start)).run();
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

}  // namespace

std::vector<Edge> Graph::blocked(const iam::Principal& start) const {
  const Id from = state_->map.id_of(start);
  const EdgeFinder finder(state_->map, EdgeFinder::Effort::Everything);
  std::vector<Edge> misses;
  for (const Way& way : ways()) {
    if (is_plausible(state_->map.power(from), way)) {
      if (auto miss = nearest_miss(finder, state_->map, way, from)) {
        misses.push_back(std::move(*miss));
      }
    }
  }
  for (Id to = 0; to < state_->map.principals().size(); ++to) {
    auto edge = finder.assume(from, to);
    if (edge && edge->verdict == Verdict::Blocked) {
      misses.push_back(std::move(*edge));
    }
  }
  return misses;
}

}  // namespace muster::escalation
