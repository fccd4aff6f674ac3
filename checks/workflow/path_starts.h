// How a run comes about, seen from outside: who can bring it about at least.
#pragma once

#include <string>
#include <vector>

#include "checks/workflow/path_gates.h"
#include "checks/workflow/received.h"

namespace muster::workflow {

/// Who is needed at least to go a path, from the farthest to the nearest.
enum class Actor {
  /// Anybody with an account of GitHub.
  Outsider,
  /// Anybody who may write to the repository: pushes branches, starts workflows by hand.
  Contributor,
  /// Somebody who gets commits onto protected branches.
  Maintainer,
  /// A reviewer of the environment.
  Approver,
};

/// `outsider`, `contributor`, `maintainer`, `approver`.
[[nodiscard]] const char* to_string(Actor actor);

/// One step of a path with its place, for people. `kind`: `event`, `call`, `job`, `gate`,
/// `limit` (a gate that does not hold back this actor), `credential`, `subject`, `role`,
/// `permission`, `destination`.
struct PathStep {
  std::string kind;
  std::string text;
  SourceRef where;
};

/// One way to start a run.
struct RunStart {
  /// `push`; for a chain `pull_request > workflow_run`.
  std::string event;
  Actor actor = Actor::Contributor;
  /// The events, and workflows before, in order.
  std::vector<PathStep> steps;
  std::vector<Gate> gates;
  /// Why it is not known who starts it; empty when it is.
  std::string doubt;
};

/// The refs on which a role lets a job in when nothing in the workflow limits them: the ref, or one
/// of several with `…` behind it. Empty when a ref of anybody's choice is let in, or that is not
/// known.
[[nodiscard]] std::string ref_pinned_by_trust(const CredentialUse& use, Admissions& admissions);

/// All ways to start the run at the set: one, or for `workflow_run` one for each event of each
/// workflow before. Gates of the start are in them; see `job_gates` for the others.
[[nodiscard]] std::vector<RunStart> run_starts(const CredentialUse& use, const AuditInput& input,
                                               Admissions& admissions);

}  // namespace muster::workflow
