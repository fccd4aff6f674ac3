// The paths of the graph first; then, for a start with accepts, what is left beside those.
#include "checks/escalation/accepts.h"

#include <algorithm>
#include <set>

#include "checks/core/model.h"
#include "checks/core/run.h"
#include "checks/escalation/entrances.h"

namespace muster::escalation {
namespace {

/// Searches for the paths of accepts that stand behind others.
constexpr std::size_t kMostRounds = 16;

/// The steps without changes that the rest does not need: a step may follow a change of the start's
/// own policies that only repeats what it may do.
std::string ways_without_changes(const Path& path) {
  std::string names;
  for (std::size_t i = 0; i < path.edges.size(); ++i) {
    const bool changes = path.edges[i]->held != nullptr && i + 1 < path.edges.size();
    names += changes ? "" : (names.empty() ? "" : ", ") + way_id(*path.edges[i]);
  }
  return names;
}

/// Sorts the paths of one start.
class AcceptJudge {
 public:
  AcceptJudge(const Graph& graph, const iam::Principal& start, TimePoint now)
      : graph_(graph), start_(start), today_(std::chrono::floor<std::chrono::days>(now)) {}

  JudgedStart judge(std::vector<Path> paths) {
    JudgedStart judged;
    for (Path& path : paths) {
      add(std::move(path), judged);
    }
    look_for_unused(judged);
    std::vector<Path> accepted;
    for (const JudgedPath& one : judged.paths) {
      if (one.accepted) {
        accepted.push_back(one.path);
      }
    }
    if (!accepted.empty()) {
      add_others(std::move(accepted), judged);
    }
    return judged;
  }

 private:
  /// The accept with exactly these steps and this end; one that still holds before others.
  [[nodiscard]] const IntentAccept* named(const std::string& steps, const std::string& end) const {
    if (start_.role == nullptr || start_.role->intent == nullptr) {
      return nullptr;
    }
    const IntentAccept* best = nullptr;
    for (const IntentAccept& accept : start_.role->intent->accepts) {
      const bool fits = ways_of(accept) == steps &&
                        (accept.target == end || (end == "itself" && accept.target == start_.arn));
      if (fits && (best == nullptr || accept.until > best->until)) {
        best = &accept;
      }
    }
    return best;
  }

  [[nodiscard]] const IntentAccept* accept_of(const Path& path) const {
    const IntentAccept* accept = named(ways_of(path), target_of(path));
    return accept != nullptr && graph_.is_plain(path) ? accept : nullptr;
  }

  [[nodiscard]] bool holds(const IntentAccept* accept) const {
    return accept != nullptr && accept->until >= today_;
  }

  void add(Path path, JudgedStart& judged) const {
    const IntentAccept* accept = accept_of(path);
    if (accept != nullptr) {
      judged.used.insert(accept);
    }
    judged.paths.push_back({std::move(path), accept, holds(accept)});
  }

  [[nodiscard]] bool all_used(const JudgedStart& judged) const {
    return start_.role == nullptr || start_.role->intent == nullptr ||
           std::ranges::all_of(start_.role->intent->accepts, [&](const IntentAccept& accept) {
             return judged.used.contains(&accept);
           });
  }

  /// The graph tells one path per first way. What is accepted may stand behind it.
  void look_for_unused(JudgedStart& judged) const {
    std::vector<Path> seen;
    for (const JudgedPath& one : judged.paths) {
      if (graph_.is_plain(one.path)) {
        seen.push_back(one.path);
      }
    }
    bool more = !seen.empty();
    for (std::size_t round = 0; more && !all_used(judged); ++round) {
      auto found = graph_.besides(start_, seen);
      if (!found || round == kMostRounds) {
        judged.search_cut_off = true;
        return;
      }
      more = false;
      for (Path& path : *found) {
        if (!graph_.is_plain(path)) {
          continue;
        }
        more = true;
        seen.push_back(path);
        const IntentAccept* accept = accept_of(path);
        if (holds(accept)) {
          add(std::move(path), judged);
        } else if (accept != nullptr) {
          judged.used.insert(accept);
        }
      }
    }
  }

  /// Whether it is an accepted path with a change in front that it does not need.
  [[nodiscard]] bool repeats_accepted(const Path& path) const {
    return !graph_.is_plain(path) && holds(named(ways_without_changes(path), target_of(path)));
  }

  /// Looks beside the accepted paths, until nothing more is accepted.
  void add_others(std::vector<Path> known, JudgedStart& judged) const {
    std::vector<Path> others;
    for (bool more = true; more;) {
      more = false;
      auto found = graph_.besides(start_, known);
      if (!found) {
        judged.cut_off = true;
        return;
      }
      others.clear();
      for (Path& path : *found) {
        if (holds(accept_of(path))) {
          known.push_back(path);
          add(std::move(path), judged);
          more = true;
        } else if (!repeats_accepted(path)) {
          others.push_back(std::move(path));
        }
      }
    }
    add_new(std::move(others), judged);
  }

  /// One for every first way that has none yet.
  void add_new(std::vector<Path> others, JudgedStart& judged) const {
    std::set<std::string> told;
    for (const JudgedPath& one : judged.paths) {
      if (!one.accepted) {
        told.insert(way_id(*one.path.edges.front()));
      }
    }
    for (Path& path : others) {
      if (told.insert(way_id(*path.edges.front())).second) {
        add(std::move(path), judged);
      }
    }
  }

  const Graph& graph_;
  const iam::Principal& start_;
  std::chrono::sys_days today_;
};

}  // namespace

bool is_declared_admin(const iam::Principal& principal) {
  return principal.role != nullptr && principal.role->intent != nullptr &&
         principal.role->intent->privilege == Privilege::Admin;
}

std::string ways_of(const Path& path) {
  std::string names;
  for (const auto& edge : path.edges) {
    names += (names.empty() ? "" : ", ") + way_id(*edge);
  }
  return names;
}

std::string ways_of(const IntentAccept& accept) {
  std::string names;
  for (const std::string& way : accept.via) {
    names += way + ", ";
  }
  return names + accept.escalation;
}

std::string target_of(const Path& path) {
  const Edge& last = *path.edges.back();
  const iam::Principal* end = path.target != nullptr ? path.target
                              : last.held != nullptr ? last.held
                                                     : last.from;
  return end->arn == path.start->arn ? "itself" : end->arn;
}

std::string day_words(std::chrono::sys_days day) {
  return to_utc(day).substr(0, std::string_view("2026-12-31").size());
}

JudgedStarts JudgedStarts::build(const AuditInput& input) {
  JudgedStarts built;
  const auto& entrances = input.model<Entrances>();
  for (const iam::Principal& principal : input.model<iam::Principals>().all()) {
    if (!entrances.of(principal).empty()) {
      built.starts_[&principal];
    }
  }
  if (built.starts_.empty()) {
    return built;
  }
  const auto& graph = input.model<Graph>();
  std::erase_if(built.starts_, [&](const auto& start) {
    return graph.is_admin(*start.first) || is_declared_admin(*start.first);
  });
  std::map<const iam::Principal*, std::vector<Path>> paths;
  for (Path& path : graph.to_admin()) {
    paths[path.start].push_back(std::move(path));
  }
  for (auto& [start, judged] : built.starts_) {
    judged = AcceptJudge(graph, *start, input.now()).judge(std::move(paths[start]));
  }
  return built;
}

const JudgedStart* JudgedStarts::of(const iam::Principal& principal) const {
  const auto found = starts_.find(&principal);
  return found == starts_.end() ? nullptr : &found->second;
}

}  // namespace muster::escalation

template std::shared_ptr<const void> muster::built<muster::escalation::JudgedStarts>(
    const AuditInput&);
