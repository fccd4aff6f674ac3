// What the gates of a path come to, and how it ends, for people.
#include <algorithm>

#include "checks/iam/model.h"
#include "checks/text/ascii.h"
#include "checks/workflow/paths.h"

namespace muster::workflow {

const char* to_string(PathVerdict verdict) {
  switch (verdict) {
    case PathVerdict::Elsewhere:
      return "elsewhere";
    case PathVerdict::Harmless:
      return "harmless";
    case PathVerdict::Held:
      return "held";
    case PathVerdict::Presumed:
      return "presumed";
    case PathVerdict::Undecided:
      return "undecided";
    case PathVerdict::Open:
      return "open";
    case PathVerdict::OpenToOutsiders:
      return "open-to-outsiders";
  }
  return "undecided";
}

std::vector<std::string> DeliveryPath::assumptions() const {
  std::vector<std::string> all;
  if (actor == Actor::Outsider) {
    all.emplace_back("outsiders can see the repository");
  }
  for (const Gate& gate : gates) {
    if (!gate.assumption.empty() && !text::one_of(gate.assumption, all)) {
      all.push_back(gate.assumption);
    }
  }
  if (!admission.empty()) {
    all.push_back("the role admits the job");
  }
  return all;
}

bool holds(const Gate& gate, Actor actor) {
  const bool about_people = gate.kind == GateKind::Approval || gate.kind == GateKind::Label ||
                            gate.kind == GateKind::NamedActor;
  return gate.counts && (actor != Actor::Outsider || about_people);
}

namespace {

Actor asked_for(const Gate& gate) {
  switch (gate.kind) {
    case GateKind::Approval:
      return Actor::Approver;
    case GateKind::EnvironmentRule:
    case GateKind::Ref:
    case GateKind::Label:
      return Actor::Maintainer;
    case GateKind::Confirmation:
    case GateKind::Conclusion:
    case GateKind::NamedActor:
      return Actor::Contributor;
  }
  return Actor::Contributor;
}

/// The gate that may hold, when none certainly does.
const Gate* open_gate(const DeliveryPath& path) {
  const auto found = std::find_if(path.gates.begin(), path.gates.end(), [&](const Gate& gate) {
    return gate.open && holds(gate, path.actor);
  });
  return found == path.gates.end() ? nullptr : &*found;
}

bool is_held(const DeliveryPath& path) {
  return std::any_of(path.gates.begin(), path.gates.end(),
                     [&](const Gate& gate) { return !gate.open && holds(gate, path.actor); });
}

std::string doubt_about_gate(const Gate& gate) {
  return gate.kind == GateKind::Approval
             ? "nothing but reviewers could hold it back, and it is not known whether " +
                   gate.assumption + ": declare `reviewers` of the environment in muster.yaml"
         : gate.kind == GateKind::Ref
             ? "nothing else holds it back, and it is not known whether " + gate.assumption
             : gate.assumption;
}

}  // namespace

void judge_path(DeliveryPath& path) {
  const bool production = path.kind == EnvironmentClass::Production;
  const Gate* open = open_gate(path);
  if (path.known_role != nullptr && path.changes.none()) {
    path.verdict = PathVerdict::Harmless;
  } else if (!production) {
    path.verdict = PathVerdict::Elsewhere;
  } else if (is_held(path)) {
    path.verdict = PathVerdict::Held;
  } else if (open != nullptr && open->kind == GateKind::Approval && path.reason.empty() &&
             path.actor != Actor::Outsider) {
    path.verdict = PathVerdict::Presumed;
  } else if (!path.reason.empty() || open != nullptr || !path.admission.empty()) {
    path.verdict = PathVerdict::Undecided;
    path.reason = !path.reason.empty() ? path.reason
                  : open != nullptr    ? doubt_about_gate(*open)
                                       : path.admission;
  } else {
    path.verdict = path.actor == Actor::Outsider ? PathVerdict::OpenToOutsiders : PathVerdict::Open;
  }
  for (const Gate& gate : path.gates) {
    const bool asks = gate.counts && (path.actor != Actor::Outsider || holds(gate, path.actor));
    path.actor = asks ? std::max(path.actor, asked_for(gate)) : path.actor;
  }
}

namespace {

const char* class_words(EnvironmentClass kind) {
  return kind == EnvironmentClass::Unknown ? "an environment that nothing tells" : to_string(kind);
}

}  // namespace

void add_end_steps(DeliveryPath& path, const SourceRef& role_where, const SourceRef& end_where) {
  if (!path.role.empty()) {
    const std::string name = path.known_role != nullptr ? path.known_role->name : path.role;
    path.steps.push_back({"role",
                          path.admission.empty() ? "role `" + name + "` admits it"
                                                 : "role `" + name + "`: " + path.admission,
                          role_where});
  }
  for (const AllowedChange& change : path.changes.some) {
    const std::string on = change.resource == "*" ? "anything" : "`" + change.resource + "`";
    path.steps.push_back({"permission", "may call `" + change.action + "` on " + on, change.where});
  }
  if (path.changes.some.empty()) {
    path.steps.push_back({"permission",
                          path.role.empty()     ? "permissions not known"
                          : path.changes.none() ? "may change nothing"
                                                : "permissions not known: " + path.changes.missing,
                          role_where});
  }
  path.steps.push_back({"destination",
                        std::string(class_words(path.kind)) +
                            (path.kind_from.empty() ? "" : ", by " + path.kind_from),
                        end_where});
}

}  // namespace muster::workflow
