// How a run comes about, seen from outside: who can bring it about at least, and what holds it
// back.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/oidc/trusts.h"
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

enum class GateKind {
  /// Reviewers of an environment, or an action that waits for an answer.
  Approval,
  /// The branches that an environment takes, as muster.yaml declares them.
  EnvironmentRule,
  /// The refs that filters, conditions or the trust policy leave.
  Ref,
  /// An input that refuses a wrong word.
  Confirmation,
  /// A condition on the result of the workflow before.
  Conclusion,
  /// A label that only people with rights can put on.
  Label,
  /// A condition that names who may start it.
  NamedActor,
};

/// `approval`, `environment-rule`, `ref`, `confirmation`, `conclusion`, `label`, `actor`.
[[nodiscard]] const char* to_string(GateKind kind);

/// Something that a path passes.
struct Gate {
  GateKind kind = GateKind::Approval;
  /// ``a reviewer of environment `production` approves it``
  std::string words;
  SourceRef where;
  /// What nobody here knows and the gate rests on: a setting of GitHub. Empty = nothing.
  std::string assumption;
  /// It holds back the start. What only limits the code of a run that anybody may start does not.
  bool counts = true;
  /// Whether it holds at all is not known.
  bool open = false;
};

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

/// A job that takes a credential, at one set of tokens.
struct CredentialUse {
  /// Asks about the step with the credential.
  JobRun run;
  const Presented* set = nullptr;
  /// Of the role; empty when it is not known.
  std::vector<const oidc::Trust*> trusts;
};

/// The refs on which a role lets a job in when nothing in the workflow limits them: the ref, or one
/// of several with `…` behind it. Empty when a ref of anybody's choice is let in, or that is not
/// known.
[[nodiscard]] std::string ref_pinned_by_trust(const CredentialUse& use, Admissions& admissions);

/// All ways to start the run at the set: one, or for `workflow_run` one for each event of each
/// workflow before. Gates of the start are in them; see `job_gates` for the others.
[[nodiscard]] std::vector<RunStart> run_starts(const CredentialUse& use, const AuditInput& input,
                                               Admissions& admissions);

/// Reviewers of one environment, perhaps only assumed; nothing when muster.yaml says that it has
/// none. `where`: the job's environment, for one that is not declared. No name = one that is not
/// known.
[[nodiscard]] std::optional<Gate> approval_of(const std::optional<std::string>& name,
                                              const SourceRef& where, const Intent& intent);

/// What holds the job back once it was started, other than a confirmation: environments of it and
/// of the jobs that it waits for.
[[nodiscard]] std::vector<Gate> job_gates(const CredentialUse& use, const AuditInput& input);

}  // namespace muster::workflow
