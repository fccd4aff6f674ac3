// A principal that a pipeline, the holder of an access key, another account or everybody gets to be
// reaches rights of an administrator over other principals, over what they run or consume, or by
// rewriting its own permissions. Principals of the account facts, and those that infrastructure
// code declares: of others the permissions are not known.
#include <algorithm>

#include "checks/core/check.h"
#include "checks/escalation/accepts.h"
#include "checks/escalation/entrances.h"
#include "checks/iam/pipeline.h"

namespace muster::escalation {
namespace {

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

/// Each first way has one finding; what is accepted beside it has a name of its own.
std::string anchor_of(const JudgedPath& judged, const JudgedStart& start) {
  const std::string first = way_id(*judged.path.edges.front());
  const auto same_way = [&](const JudgedPath& other) {
    return &other != &judged && way_id(*other.path.edges.front()) == first &&
           (!other.accepted || &other < &judged);
  };
  const bool beside = judged.accepted && std::ranges::any_of(start.paths, same_way);
  return "way:" + first +
         (beside ? " (" + ways_of(judged.path) + " to " + target_of(judged.path) + ")" : "");
}

/// What muster.yaml says about it, and who gets to be the start.
std::string remarks(const JudgedPath& judged, const Entrance& entrance) {
  std::string words;
  if (judged.accept != nullptr) {
    words = "accepted until " + day_words(judged.accept->until) + " has passed";
  }
  const std::string who = entrance_words(entrance);
  return words + (words.empty() || who.empty() ? "" : "; ") + who;
}

void report_accepted(const JudgedPath& judged, const JudgedStart& start, Outcomes& out) {
  const Path& path = judged.path;
  const IntentAccept& accept = *judged.accept;
  out.waived(asset_of(*path.start), path.edges.front()->hops.front().where, witness_of(path),
             "accepted until " + day_words(accept.until) + ": " + accept.reason)
      .anchor(anchor_of(judged, start))
      .arg("kind", "role")
      .arg("ways", ways_of(path))
      .arg("target", target_of(path))
      .related(accept.where, "accepted here");
}

void report(const JudgedPath& judged, const JudgedStart& start,
            const std::vector<Entrance>& entrances, Outcomes& out) {
  const Path& path = judged.path;
  const Asset asset = asset_of(*path.start);
  const SourceRef& where = path.edges.front()->hops.front().where;
  const std::string anchor = anchor_of(judged, start);
  if (judged.accepted) {
    report_accepted(judged, start, out);
  } else if (path.verdict == Verdict::Proven) {
    auto draft = out.fail(asset, where, witness_of(path));
    draft.anchor(anchor)
        .arg("kind", path.start->role == nullptr ? "user" : "role")
        .arg("ways", ways_of(path))
        .arg("target", target_of(path))
        .severity(severity_of(entrances));
    if (std::string words = remarks(judged, entrances.back()); !words.empty()) {
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

void report_start(const iam::Principal& principal, const JudgedStart& start,
                  const std::vector<Entrance>& entrances, Outcomes& out) {
  if (start.paths.empty()) {
    report_none(principal, out);
  }
  for (const JudgedPath& path : start.paths) {
    report(path, start, entrances, out);
  }
  if (start.cut_off) {
    out.undecided(
           asset_of(principal), principal.where,
           "muster.yaml accepts more steps of it than can be told apart from what else there "
           "is")
        .anchor("accepts");
  }
}

void escalation_path(const AuditInput& input, Outcomes& out) {
  const auto& entrances = input.model<Entrances>();
  const auto& starts = input.model<JudgedStarts>();
  for (const iam::Principal& principal : input.model<iam::Principals>().all()) {
    if (const JudgedStart* start = starts.of(principal)) {
      report_start(principal, *start, entrances.of(principal), out);
    } else if (!entrances.of(principal).empty() && is_declared_admin(principal) &&
               !input.model<Graph>().is_admin(principal)) {
      // An administrator has nothing to reach: another rule speaks about that.
      out.pass(asset_of(principal), principal.where);
    }
  }
}

const Register kEscalationPathCheck{"iam-escalation-path", escalation_path, {}};

}  // namespace
}  // namespace muster::escalation
