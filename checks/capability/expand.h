// From the capabilities that a role declares to the statements that they mean. Pure.
#pragma once

#include <string>
#include <vector>

#include "checks/core/intent.h"
#include "checks/core/result.h"
#include "checks/policy/model.h"

namespace muster::capability {

/// One thing that a role needs to do its declared work.
struct Grant {
  /// `ecr-push`; `allow` for a statement of muster.yaml's own.
  std::string capability;
  /// Statements that each give it; the first one is what a generated policy holds. Their places are
  /// the capability's in muster.yaml.
  std::vector<policy::Statement> ways;
  SourceRef where;
};

struct Expansion {
  /// All that the role may do, as one policy; each statement's place is the capability's.
  policy::Policy allowed;
  /// All that it needs. Statements of `allow` are part of it.
  std::vector<Grant> grants;
};

/// Whether muster.yaml says what the role is for.
[[nodiscard]] bool declares_capabilities(const IntentRole& role);

/// The role's capabilities and allowed statements. Errors are `Usage` with the place in
/// muster.yaml: an unknown capability or parameter, one that is missing, a value that does not fit,
/// a region or account that nobody named; `Limit` when lists multiply beyond 10,000 ARNs.
[[nodiscard]] Result<Expansion> expand(const Intent& intent, const IntentRole& role);

}  // namespace muster::capability
