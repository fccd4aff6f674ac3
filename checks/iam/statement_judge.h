// What the permission rules find about one statement, action by action: which rule an action
// belongs to, then whether that rule has something to say.
#pragma once

#include <string>
#include <vector>

#include "checks/core/proof.h"
#include "checks/iam/charges.h"
#include "checks/iam/powers.h"
#include "checks/iam/strangers.h"

namespace muster::iam {

/// The verdict on one action of a statement; the members as in `Charge`.
struct ActionFinding {
  Concern concern = Concern::WildcardResource;
  Severity severity = Severity::Medium;
  /// `yes` or `undecided`.
  Proof proof = Proof::no();
  SourceRef where;
  /// Template of an ARN to name; may be empty.
  std::string arn;
  std::string detail;
  const policy::Action* action = nullptr;
};

/// In the order of the statement's actions; actions without a finding are left out.
[[nodiscard]] std::vector<ActionFinding> action_findings(const PipelineRole& role, Powers& powers,
                                                         const Surrounding& around,
                                                         const policy::Statement& statement,
                                                         policy::Version version);

}  // namespace muster::iam
