// One question to the search: a goal over the verdicts of one or two policies, and demands on the
// token.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "checks/core/proof.h"
#include "checks/oidc/admitted.h"
#include "checks/oidc/clauses.h"
#include "checks/oidc/demands.h"
#include "checks/oidc/machine.h"
#include "checks/oidc/shapes.h"

namespace muster::oidc {

enum class Goal {
  /// A token that the policy admits.
  Admitted,
  /// A token that it refuses whatever the keys outside the token are.
  Refused,
  /// A token that it admits and the other policy refuses.
  AdmittedOnlyHere,
};

/// A policy in both forms: as the evaluator reads it and as the search does.
struct PolicyUnderTest {
  const policy::Policy* policy = nullptr;
  const CompiledPolicy* compiled = nullptr;
};

struct Question {
  Goal goal = Goal::Admitted;
  PolicyUnderTest subject;
  /// For `AdmittedOnlyHere`; else empty.
  PolicyUnderTest other;
  const Issuer* issuer = nullptr;
  const std::string* provider = nullptr;
  std::vector<Shape> shapes;
  const Demands* demands = nullptr;
  /// Sets in which the token must not lie, each an AND of terms.
  std::vector<std::vector<Term>> except;
  SearchLimits limits;
};

/// Number of policy atoms before the question's own demands.
[[nodiscard]] std::size_t policy_atoms(const PolicyUnderTest& subject,
                                       const PolicyUnderTest& other);

/// Runs the search over all shapes. A `yes` was confirmed by the policy evaluator.
[[nodiscard]] Proof answer(const Question& question);

/// The same for one of several questions that share a budget of configurations; takes from `budget`
/// what it used.
[[nodiscard]] Proof answer(const Question& question, std::size_t& budget);

}  // namespace muster::oidc
