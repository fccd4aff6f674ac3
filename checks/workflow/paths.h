// The paths from events to what a credential may change: event -> workflow -> job -> token -> role
// -> permission -> destination, with the gates on the way and who is needed at least. What is
// followed, and what counts as a gate: docs/paths.md.
#pragma once

#include <string>
#include <vector>

#include "checks/workflow/path_powers.h"
#include "checks/workflow/path_starts.h"

namespace muster::workflow {

enum class PathVerdict {
  /// It does not lead to production, as far as anything tells.
  Elsewhere,
  /// The role may change nothing.
  Harmless,
  /// Something holds it back.
  Held,
  /// Only reviewers of an environment can hold it back, and nobody declares that there are some.
  Presumed,
  Undecided,
  /// Anybody with write access goes it alone.
  Open,
  /// So does anybody else.
  OpenToOutsiders,
};

/// `elsewhere`, `harmless`, `held`, `presumed`, `undecided`, `open`, `open-to-outsiders`.
[[nodiscard]] const char* to_string(PathVerdict verdict);

struct DeliveryPath {
  /// The job; of a path that somebody could make, the role.
  Asset asset;
  std::string anchor;
  /// Where it takes its credential.
  SourceRef where;
  PathVerdict verdict = PathVerdict::Elsewhere;
  /// `Undecided`: what is missing.
  std::string reason;
  /// The rule that reports the same already; empty = `workflow-ungated-path` does.
  std::string said_by;

  Actor actor = Actor::Contributor;
  /// `push`, `pull_request > workflow_run`.
  std::string event;
  /// Path of the job's file, and the job; empty for a path that somebody could make.
  std::string workflow;
  std::string job;
  /// Of the job; empty = none, `…` = one that is not known.
  std::string environment;
  /// What it leads to, and what that was read off.
  EnvironmentClass kind = EnvironmentClass::Unknown;
  std::string kind_from;
  /// Subjects of tokens that the role admits, or that the job presents.
  std::vector<std::string> subjects;
  /// The ARN, or the text in the file; empty for a key.
  std::string role;
  /// Null when nothing here describes it.
  const iam::Role* known_role = nullptr;
  /// Why it is not known whether the role lets the job in; empty when it does, and for keys.
  std::string admission;
  RoleChanges changes;
  std::vector<Gate> gates;
  std::vector<PathStep> steps;

  [[nodiscard]] bool is_finding() const {
    return verdict == PathVerdict::Open || verdict == PathVerdict::OpenToOutsiders;
  }

  /// All that the path takes for granted.
  [[nodiscard]] std::vector<std::string> assumptions() const;
};

class DeliveryPaths {
 public:
  [[nodiscard]] static DeliveryPaths build(const AuditInput& input);

  /// In document order, then those that somebody could make, by role.
  [[nodiscard]] const std::vector<DeliveryPath>& all() const { return paths_; }

  /// There are more than `kMaxPaths`.
  [[nodiscard]] bool cut_off() const { return cut_off_; }

  static constexpr std::size_t kMaxPaths = 2000;

 private:
  std::vector<DeliveryPath> paths_;
  bool cut_off_ = false;
};

/// Whether the gate holds back a start by this actor. The ref of a run that outsiders start is
/// always a good one.
[[nodiscard]] bool holds(const Gate& gate, Actor actor);

/// Sets `verdict` and `reason` by the gates, and `actor` to whom they ask for.
void judge_path(DeliveryPath& path);

/// Steps for the role, what it may change and where that leads, behind those that are there.
void add_end_steps(DeliveryPath& path, const SourceRef& role_where, const SourceRef& end_where);

/// Paths that no workflow goes yet: a role for production admits what somebody could make a
/// workflow present.
[[nodiscard]] std::vector<DeliveryPath> makeable_paths(const AuditInput& input,
                                                       const std::vector<DeliveryPath>& known,
                                                       PathPowers& powers);

}  // namespace muster::workflow
