// A principal that a pipeline, the holder of an access key, another account or everybody gets to be
// reaches rights of an administrator over other principals, over what they run or consume, or by
// rewriting its own permissions. Principals of the account facts, and those that infrastructure
// code declares: of others the permissions are not known.
#include <algorithm>
#include <map>

#include "checks/core/check.h"
#include "checks/escalation/entrances.h"
#include "checks/escalation/graph.h"
#include "checks/iam/pipeline.h"

namespace muster::escalation {
namespace {

/// Whom it acts as in the end.
std::string target_of(const Path& path) {
  return path.target == nullptr ? "itself" : path.target->arn;
}

/// Its ways, in order: `ssm-send-command`, `sts-assume-role, iam-put-role-policy`.
std::string ways_of(const Path& path) {
  std::string names;
  for (const auto& edge : path.edges) {
    names += (names.empty() ? "" : ", ") + way_id(*edge);
  }
  return names;
}

Witness witness_of(const Path& path) {
  Witness witness{WitnessKind::Path, {{"start", {path.start->arn}}}};
  for (const auto& edge : path.edges) {
    WitnessField step{way_id(*edge), {}};
    for (const Hop& hop : edge->hops) {
      step.values.push_back(hop.request.action + " on " + hop.request.resource);
    }
    witness.fields.push_back(std::move(step));
  }
  witness.fields.push_back({"administrator", {target_of(path)}});
  return witness;
}

std::string not_known(const Path& path) {
  for (const auto& edge : path.edges) {
    if (!edge->because.empty()) {
      return edge->because.front();
    }
  }
  return "a step of it";
}

Asset asset_of(const iam::Principal& principal) {
  return principal.role != nullptr ? principal.role->asset() : Asset{"iam-user", principal.arn};
}

/// Its owners say that it is an administrator: then its power is no surprise.
bool is_declared_admin(const iam::Principal& principal) {
  return principal.role != nullptr && principal.role->intent != nullptr &&
         principal.role->intent->privilege == Privilege::Admin;
}

/// The worst of the entrances decides how much a path weighs.
Severity severity_of(const std::vector<Entrance>& entrances) {
  const bool narrow = std::ranges::all_of(entrances, [](const Entrance& entrance) {
    return entrance.kind == EntranceKind::AccessKey || entrance.kind == EntranceKind::OtherAccount;
  });
  return narrow ? Severity::High : Severity::Critical;
}

/// A sentence on who gets to be it; empty for a pipeline's role, of which the rule speaks anyway.
std::string entrance_words(const Entrance& entrance) {
  switch (entrance.kind) {
    case EntranceKind::Pipeline:
      return {};
    case EntranceKind::AccessKey:
      return "Whoever holds its access key" +
             (entrance.name.empty() ? "" : " (made on " + entrance.name + ")") + " starts there";
    case EntranceKind::OtherAccount:
      return "`" + entrance.name + "`, outside of these account facts, can assume it";
    case EntranceKind::Everyone:
      return "Whoever has an AWS account can assume it";
  }
  return {};
}

void report(const Path& path, const std::vector<Entrance>& entrances, Outcomes& out) {
  const Asset asset = asset_of(*path.start);
  const SourceRef& where = path.edges.front()->hops.front().where;
  const std::string anchor = "way:" + way_id(*path.edges.front());
  if (path.verdict == Verdict::Proven) {
    auto draft = out.fail(asset, where, witness_of(path));
    draft.anchor(anchor)
        .arg("kind", path.start->role == nullptr ? "user" : "role")
        .arg("ways", ways_of(path))
        .arg("target", target_of(path))
        .severity(severity_of(entrances));
    if (std::string words = entrance_words(entrances.back()); !words.empty()) {
      draft.because(std::move(words));
    }
  } else {
    out.undecided(asset, where,
                  "whether it reaches rights of an administrator as `" + target_of(path) +
                      "` by `" + ways_of(path) +
                      "` depends on what is not known: " + not_known(path))
        .anchor(anchor)
        .severity(severity_of(entrances));
  }
}

/// No path with the policies whose texts are known.
void report_none(const iam::Principal& start, Outcomes& out) {
  for (const iam::IdentityPolicy& policy : start.identity) {
    if (!policy.policy) {
      out.undecided(
          asset_of(start), start.where,
          "what policy `" + iam::label(policy) + "` allows is not known: " + policy.missing);
      return;
    }
  }
  out.pass(asset_of(start), start.where);
}

void escalation_path(const AuditInput& input, Outcomes& out) {
  const auto& entrances = input.model<Entrances>();
  std::vector<const iam::Principal*> starts;
  for (const iam::Principal& principal : input.model<iam::Principals>().all()) {
    if (!entrances.of(principal).empty()) {
      starts.push_back(&principal);
    }
  }
  if (starts.empty()) {
    return;
  }
  const auto& graph = input.model<Graph>();
  std::map<const iam::Principal*, std::vector<Path>> paths;
  for (Path& path : graph.to_admin()) {
    paths[path.start].push_back(std::move(path));
  }
  for (const iam::Principal* start : starts) {
    // An administrator has nothing to reach: another rule speaks about that.
    if (graph.is_admin(*start)) {
      continue;
    }
    if (is_declared_admin(*start)) {
      out.pass(asset_of(*start), start->where);
      continue;
    }
    if (paths[start].empty()) {
      report_none(*start, out);
    }
    for (const Path& path : paths[start]) {
      report(path, entrances.of(*start), out);
    }
  }
}

const Register kEscalationPathCheck{"iam-escalation-path", escalation_path, {}};

}  // namespace
}  // namespace muster::escalation
