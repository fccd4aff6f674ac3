// Changes that only add are made all together, until nothing more is allowed: whoever gets nowhere
// with all of them gets nowhere with some. Which of them a path needs is found afterwards.
#include "checks/escalation/stages.h"

#include <algorithm>
#include <array>

#include "checks/escalation/draft.h"

namespace muster::escalation {
namespace {

/// Changes that are made together.
constexpr std::size_t kTogether = 256;
/// Changes that take something away, each tried by itself.
constexpr std::size_t kOthers = 16;

bool same_change(const Change& a, const Change& b) {
  return a.way == b.way && a.target == b.target && a.attaches == b.attaches &&
         a.adds.size() == b.adds.size() &&
         std::ranges::equal(a.adds, b.adds, {}, &iam::IdentityPolicy::policy,
                            &iam::IdentityPolicy::policy);
}

}  // namespace

bool has_everything(const AccountMap& map, Id id) {
  const iam::PrincipalLayers& layers = map.power(id).layers();
  const bool limited =
      is_limited(layers) || (layers.scp && !std::ranges::all_of(*layers.scp, allows_everything));
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

Stages::Stages(AccountMap& map, const EdgeFinder& finder)
    : map_(map), finder_(finder), changes_(map) {}

const std::vector<Id>& Stages::of(Id principal) {
  const auto [entry, fresh] = of_.try_emplace(principal);
  if (fresh) {
    build(principal, entry->second);
  }
  return entry->second;
}

const std::vector<Id>& Stages::known(Id principal) const {
  static const std::vector<Id> kNone;
  const auto found = of_.find(principal);
  return found == of_.end() ? kNone : found->second;
}

void Stages::apply(const Change& change, bool lenient, iam::Principal& principal) {
  if (lenient) {
    changes_.apply_leniently(change, principal);
  } else {
    Changes::apply(change, principal);
  }
}

/// The changes that the principal of the course may make now, as far as they are new.
std::vector<Stages::Made> Stages::allowed(Id origin, Course& course) {
  const bool first = course.made.empty();
  std::optional<Trial> trial;
  if (!first) {
    trial.emplace(map_, course.principal, origin);
  }
  const Id who = first ? origin : trial->id();
  const auto is_known = [&](const std::vector<Made>& list, const Change& change) {
    return std::ranges::any_of(list,
                               [&](const Made& made) { return same_change(made.change, change); });
  };
  std::vector<Made> found;
  for (Change& change : changes_.candidates(finder_, who)) {
    if (is_known(course.made, change) || is_known(course.others, change)) {
      continue;
    }
    Edge edge = finder_.change(change, who, who);
    edge.from = edge.held = &map_.principal(origin);
    if (edge.verdict == Verdict::Blocked) {
      continue;
    }
    if (edge.verdict == Verdict::Possible) {
      course.because.insert(course.because.end(), edge.because.begin(), edge.because.end());
    }
    if (course.lenient || edge.verdict == Verdict::Proven) {
      found.push_back({std::move(change), std::make_shared<const Edge>(std::move(edge)), first});
    }
  }
  return found;
}

/// All changes that only add; what also takes something away is put aside.
void Stages::run(Id origin, Course& course) {
  while (true) {
    bool more = false;
    for (Made& made : allowed(origin, course)) {
      if (!course.lenient && !Changes::only_adds(made.change)) {
        course.others.push_back(std::move(made));
        continue;
      }
      if (course.made.size() == kTogether) {
        course.cut_off = true;
        return;
      }
      apply(made.change, course.lenient, course.principal);
      course.made.push_back(std::move(made));
      more = true;
    }
    if (!more) {
      return;
    }
  }
}

void Stages::add(Id origin, Course course, std::vector<Id>& built) {
  Edge edge = *course.made.front().edge;
  if (course.lenient) {
    edge.verdict = Verdict::Possible;
    edge.because = course.because;
  }
  const Id id = map_.add_changed(std::move(course.principal), origin);
  edge.later = &map_.principal(id);
  stages_.emplace(id, Stage{origin, has_everything(map_, id), course.lenient, course.cut_off,
                            std::move(course.made), std::make_shared<const Edge>(std::move(edge))});
  built.push_back(id);
}

/// Where orders and sets of changes are not all tried, or a request is only possible: as if every
/// change only added. If that leads nowhere, nothing does.
void Stages::add_upper_bound(Id origin, const Course& course, std::vector<Id>& built) {
  Course bound{map_.principal(origin), {}, true, {}, {}, false};
  run(origin, bound);
  if (bound.made.size() == course.made.size() && !bound.cut_off) {
    return;
  }
  if (course.others.size() > 1) {
    bound.because.emplace_back(
        "several of these changes also take something away, and not every order of them is tried");
  }
  if (bound.cut_off) {
    bound.because.emplace_back("there are more groups and policies than are looked at");
    bound.principal.identity.push_back(changes_.full_power(bound.principal));
  }
  add(origin, std::move(bound), built);
}

void Stages::build(Id principal, std::vector<Id>& built) {
  const auto given = finder_.best_grant(finder_.grants_of(principal), principal, principal);
  if (has_everything(map_, principal) || (given && given->verdict == Verdict::Proven)) {
    return;
  }
  Course course{map_.principal(principal), {}, false, {}, {}, false};
  run(principal, course);
  if (!course.made.empty()) {
    add(principal, course, built);
  }
  for (std::size_t i = 0; i < course.others.size() && i < kOthers; ++i) {
    Course other = course;
    other.made.push_back(other.others[i]);
    apply(other.others[i].change, false, other.principal);
    run(principal, other);
    add(principal, std::move(other), built);
  }
  if (course.others.size() > 1 || course.cut_off || !course.because.empty()) {
    add_upper_bound(principal, course, built);
  }
}

bool Stages::still_there(const Edge& edge, Id from) const {
  std::optional<Edge> again;
  if (edge.held != nullptr) {
    const bool own = map_.origin(map_.id_of(*edge.held)) == map_.origin(from);
    again = finder_.grant(*edge.way, from, own ? from : map_.id_of(*edge.held));
  } else if (edge.way == nullptr) {
    again = finder_.assume(from, map_.id_of(*edge.to));
  } else {
    again = finder_.by(*edge.way, from, map_.id_of(*edge.to));
  }
  return again && again->verdict >= edge.verdict;
}

bool Stages::still_allowed(const Stage& stage, const std::vector<const Made*>& kept) {
  iam::Principal principal = map_.principal(stage.origin);
  for (const Made* made : kept) {
    if (!made->at_once) {
      const Trial trial(map_, principal, stage.origin);
      const Edge again = finder_.change(made->change, trial.id(), trial.id());
      if (again.verdict < made->edge->verdict) {
        return false;
      }
    }
    apply(made->change, stage.lenient, principal);
  }
  return true;
}

bool Stages::suffices(const Stage& stage, const std::vector<const Made*>& kept,
                      const std::vector<SharedEdge>& used) {
  if (!still_allowed(stage, kept)) {
    return false;
  }
  iam::Principal principal = map_.principal(stage.origin);
  for (const Made* made : kept) {
    apply(made->change, stage.lenient, principal);
  }
  const Trial trial(map_, std::move(principal), stage.origin);
  return used.empty() ? has_everything(map_, trial.id())
                      : std::ranges::all_of(used, [&](const SharedEdge& edge) {
                          return still_there(*edge, trial.id());
                        });
}

/// Leaves out runs of changes, long ones first, as long as the rest suffices.
std::vector<SharedEdge> Stages::changes_for(Id id, const std::vector<SharedEdge>& used) {
  const Stage& stage = stages_.at(id);
  if (stage.cut_off && stage.lenient) {
    return {stage.edge};
  }
  std::vector<const Made*> kept;
  for (const Made& made : stage.made) {
    kept.push_back(&made);
  }
  for (std::size_t run = (kept.size() + 1) / 2; run > 0; run = run == 1 ? 0 : (run + 1) / 2) {
    for (std::size_t at = 0; at < kept.size() && kept.size() > 1;) {
      std::vector<const Made*> fewer = kept;
      const auto from = fewer.begin() + static_cast<std::ptrdiff_t>(at);
      fewer.erase(from, from + static_cast<std::ptrdiff_t>(std::min(run, fewer.size() - at)));
      if (!fewer.empty() && suffices(stage, fewer, used)) {
        kept = std::move(fewer);
      } else {
        at += run;
      }
    }
  }
  std::vector<SharedEdge> edges;
  for (const Made* made : kept) {
    edges.push_back(made->edge);
  }
  if (stage.lenient) {
    Edge first = *edges.front();
    first.verdict = Verdict::Possible;
    first.because = stage.edge->because;
    edges.front() = std::make_shared<const Edge>(std::move(first));
  }
  return edges;
}

std::vector<SharedEdge> Stages::spelled_out(const std::vector<SharedEdge>& path) {
  std::vector<SharedEdge> spelled;
  for (const SharedEdge& edge : path) {
    if (edge->later == nullptr) {
      spelled.push_back(edge);
      continue;
    }
    std::vector<SharedEdge> used;
    std::ranges::copy_if(path, std::back_inserter(used),
                         [&](const SharedEdge& one) { return one->from == edge->later; });
    const std::vector<SharedEdge> changes = changes_for(map_.id_of(*edge->later), used);
    spelled.insert(spelled.end(), changes.begin(), changes.end());
  }
  return spelled;
}

std::optional<Edge> Stages::nearest_change(const EdgeFinder& finder, const Way& way, Id who) {
  std::optional<Edge> best;
  for (const Change& change : changes_.candidates(finder, who)) {
    if (change.way == &way) {
      keep_better(best, finder.change(change, who, who));
    }
  }
  return best && best->verdict == Verdict::Blocked ? std::move(best) : std::nullopt;
}

std::string Stages::brought_by(Id stage, const Way& way) {
  std::string names;
  for (const Made& made : stages_.at(stage).made) {
    iam::Principal with = map_.principal(stages_.at(stage).origin);
    with.identity = made.change.adds;
    const Trial trial(map_, std::move(with), stages_.at(stage).origin);
    const bool brings = std::ranges::any_of(
        way.steps, [&](const Step& step) { return map_.power(trial.id()).names(step.action); });
    if (brings) {
      names += (names.empty() ? "" : ", ") + made.change.way->does + " (`" +
               (made.change.attaches.empty() ? made.change.target : made.change.attaches) + "`)";
    }
  }
  return names;
}

}  // namespace muster::escalation
