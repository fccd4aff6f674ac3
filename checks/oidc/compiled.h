// What a `TrustSearch` prepares once per policy, provider and universe. Internal to checks/oidc.
#pragma once

#include <string>

#include "checks/oidc/admitted.h"
#include "checks/oidc/clauses.h"
#include "checks/oidc/literals.h"
#include "checks/oidc/question.h"

namespace muster::oidc {

struct CompiledTrust {
  policy::Policy policy;
  std::string provider;
  Universe universe;
  SearchLimits limits;
  Issuer issuer;
  CompiledPolicy clauses;
  Literals literals;

  [[nodiscard]] PolicyUnderTest under_test() const { return {&policy, &clauses}; }
};

/// A question without shapes yet. REQUIRES: `trust` and `demands` outlive it.
[[nodiscard]] Question question_about(const CompiledTrust& trust, Goal goal,
                                      const Demands& demands);

}  // namespace muster::oidc
