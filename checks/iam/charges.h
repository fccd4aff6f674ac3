// What the permission rules hold against the statements of a pipeline's roles. All of them are
// decided in one place, because they share one question ("does this reach a resource that nobody
// named?") and because each action of a statement belongs to one rule only: docs/iam-checks.md.
#pragma once

#include <string>
#include <vector>

#include "checks/core/check.h"
#include "checks/core/proof.h"
#include "checks/iam/pipeline.h"
#include "checks/policy/catalogue.h"

namespace muster::iam {

/// The rules that share the actions of a statement among them.
enum class Concern {
  PassRole,
  MissingBoundary,
  PermissionsManagement,
  VacuousGuard,
  ServiceWildcard,
  DataRead,
  ProductionWrite,
  WildcardResource,
};

/// What one rule says about one statement of one role.
struct Charge {
  Concern concern = Concern::WildcardResource;
  const PipelineRole* role = nullptr;
  const IdentityPolicy* policy = nullptr;
  const policy::Statement* statement = nullptr;
  /// Actions that the rule speaks about, by name.
  std::vector<const policy::Action*> actions;
  /// What was proved for the first action that decides: `yes`, or `undecided`.
  Proof proof = Proof::no();
  /// In good hands; see `raised`.
  Severity severity = Severity::Medium;
  /// The entry of `Resource`, the clause, or the statement that is at fault.
  SourceRef where;
  /// ARNs that would name what is meant, as templates.
  std::vector<std::string> arns;
  /// For messages: the clause of a vacuous guard, the services of a service wildcard, the reach of
  /// a PassRole.
  std::string detail;
};

class Charges {
 public:
  [[nodiscard]] static Charges build(const AuditInput& input);

  /// By role, statement and concern.
  [[nodiscard]] const std::vector<Charge>& all() const { return charges_; }

 private:
  std::vector<Charge> charges_;
};

/// Reports one concern for all roles: its charges, a pass for every role without one. Message
/// places: `statement`, `policy`, `actions`, `arns`, `detail`.
void report_charges(const AuditInput& input, Concern concern, Outcomes& out);

/// `` `ecr:PutImage`, `ecr:UploadLayerPart` and 3 more ``.
[[nodiscard]] std::string action_words(const std::vector<const policy::Action*>& actions);

/// The statement as a message names it: its Sid, or its number from 1.
[[nodiscard]] std::string statement_words(const policy::Statement& statement);

/// `deploy/stmt:Push`: the anchor of a finding about a statement.
[[nodiscard]] std::string statement_anchor(const IdentityPolicy& policy,
                                           const policy::Statement& statement);

}  // namespace muster::iam
