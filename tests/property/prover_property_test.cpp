// The prover against brute force over a small universe, and laws that hold whatever the policies
// say. `RC_PARAMS=max_success=1700` asks about 5,000 pairs of each kind.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "checks/prover/prover.h"
#include "tests/property/prover_cases.h"

using namespace muster;
using namespace muster::prover_cases;
using policy::DecisionKind;
using policy::Policy;
using policy::Request;
using prover::Answer;
using prover::Verdict;

namespace {

constexpr int kPairsPerCase = 3;

DecisionKind decide(const Policy& policy, const Request& request) {
  return evaluate_policy(policy, request).kind;
}

bool refused(DecisionKind kind) {
  return kind == DecisionKind::ExplicitDeny || kind == DecisionKind::ImplicitDeny;
}

void log_pair(const Policy& a, const Policy& b) {
  RC_LOG() << "A:" << show(a) << "\nB:" << show(b) << std::endl;
}

/// The answer about one pair against every request of the universe.
void check_pair(Features features) {
  const Policy a = random_policy(features);
  const Policy b = random_policy(features);
  log_pair(a, b);
  const Answer answer = prover::within({a}, {b});
  RC_CLASSIFY(answer.verdict == Verdict::Undecided, "undecided");
  RC_CLASSIFY(answer.verdict == Verdict::Yes, "included");
  if (answer.verdict == Verdict::No) {
    RC_LOG() << "witness " << show(*answer.witness) << std::endl;
    RC_ASSERT(decide(a, *answer.witness) == DecisionKind::Allowed);
    RC_ASSERT(refused(decide(b, *answer.witness)));
    return;
  }
  if (answer.verdict == Verdict::Undecided) {
    RC_LOG() << "undecided: " << answer.reason
             << (answer.witness ? show(*answer.witness) : std::string()) << std::endl;
    RC_ASSERT(features.variables || features.principals);
    return;
  }
  for (const Request& request : universe({a, b}, features)) {
    if (decide(a, request) == DecisionKind::Allowed && refused(decide(b, request))) {
      RC_LOG() << "missed " << show(request) << std::endl;
      RC_ASSERT(false);
    }
  }
}

void check_pairs(Features features) {
  for (int i = 0; i < kPairsPerCase; ++i) {
    check_pair(features);
  }
}

}  // namespace

TEST_CASE("inclusion agrees with every request of a small universe") {
  CHECK(rc::check("identity policies", [] { check_pairs({}); }));
}

TEST_CASE("inclusion with principals agrees with every request of a small universe") {
  CHECK(rc::check("resource policies", [] { check_pairs({.principals = true}); }));
}

TEST_CASE("inclusion with variables agrees with every request of a small universe") {
  CHECK(rc::check("policies with variables", [] { check_pairs({.variables = true}); }));
}
