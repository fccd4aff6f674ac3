// What holds back a run that somebody brings about.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/oidc/trusts.h"
#include "checks/workflow/presented.h"

namespace muster::workflow {

enum class GateKind {
  /// Reviewers of an environment, or an action that waits for an answer.
  Approval,
  /// The branches that an environment takes, as GitHub has or muster.yaml declares them; its timer.
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

/// A job that takes a credential, at one set of tokens.
struct CredentialUse {
  /// Asks about the step with the credential.
  JobRun run;
  const Presented* set = nullptr;
  /// Of the role; empty when it is not known.
  std::vector<const oidc::Trust*> trusts;
};

/// Reviewers of one environment, perhaps only assumed; nothing when GitHub or muster.yaml says that
/// it has none. `where`: the job's environment, for one that is not declared. No name = one that is
/// not known.
[[nodiscard]] std::optional<Gate> approval_of(const std::optional<std::string>& name,
                                              const SourceRef& where, const Intent& intent);

/// What holds the job back once it was started, other than a confirmation: environments of it and
/// of the jobs that it waits for.
[[nodiscard]] std::vector<Gate> job_gates(const CredentialUse& use, const AuditInput& input);

}  // namespace muster::workflow
