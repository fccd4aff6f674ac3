// The prover against Z3, which answers the same questions about an encoding of its own: on random
// pairs (`RC_PARAMS=max_success=5000` asks about more) and on AWS managed policies.
//   MUSTER_Z3_MILLISECONDS  limit of one question (default 1000)
//   MUSTER_Z3_POLICIES      how many managed policies, every ordered pair (default 4)
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <map>

#include "checks/prover/prover.h"
#include "tests/property/managed_policies.h"
#include "tests/property/prover_cases.h"
#include "tests/z3/encoding/encoding.h"

using namespace muster;
using policy::DecisionKind;
using policy::Policy;
using policy::Request;
using prover::Verdict;
using z3_oracle::Outcome;

namespace {

unsigned number_from(const char* variable, unsigned otherwise) {
  const char* text = std::getenv(variable);
  return text != nullptr ? static_cast<unsigned>(std::strtoul(text, nullptr, 10)) : otherwise;
}

/// What became of the questions about one kind of policies.
struct Tally {
  std::size_t questions = 0;
  std::size_t outside = 0;
  std::size_t limit = 0;
  std::size_t undecided = 0;
  std::size_t yes = 0;
  std::size_t no = 0;
  /// Requests of Z3's models that our evaluator confirmed.
  std::size_t replayed = 0;
  std::vector<double> seconds{};
};

std::map<std::string, Tally>& tallies() {
  static std::map<std::string, Tally> all;
  return all;
}

void print_tallies() {
  for (const auto& [fragment, tally] : tallies()) {
    std::vector<double> seconds = tally.seconds;
    std::ranges::sort(seconds);
    std::cout << "z3: " << std::left << std::setw(30) << fragment << std::right << std::setw(6)
              << tally.questions << " questions, agreed on " << tally.yes << " yes and " << tally.no
              << " no; prover undecided " << tally.undecided << ", Z3 at its limit " << tally.limit
              << ", not encoded " << tally.outside << "; models replayed " << tally.replayed
              << "; Z3's median " << (seconds.empty() ? 0.0 : seconds[seconds.size() / 2] * 1e3)
              << " ms\n";
  }
  tallies().clear();
}

/// The widest part of the language that the policies use.
std::string fragment(const Policy& a, const Policy& b) {
  bool keys = false;
  bool lists = false;
  bool principals = false;
  for (const Policy* policy : {&a, &b}) {
    for (const policy::Statement& statement : policy->statements) {
      principals = principals || statement.principals || statement.not_principals;
      for (const policy::Condition& condition : statement.conditions) {
        keys = true;
        lists = lists || condition.op.quantifier != policy::Quantifier::None;
      }
    }
  }
  return principals ? "principals"
         : lists    ? "keys with lists"
         : keys     ? "keys with one value"
                    : "no conditions";
}

DecisionKind decide(const Policy& policy, const Request& request) {
  return evaluate_policy(policy, request).kind;
}

bool refuses(const Policy& policy, const Request& request) {
  const DecisionKind kind = decide(policy, request);
  return kind == DecisionKind::ExplicitDeny || kind == DecisionKind::ImplicitDeny;
}

enum class Ask { Outside, Common };

/// Whether both say the same, where both say something; and whether the evaluator agrees with the
/// request of Z3's model.
bool agree(const Policy& a, const Policy& b, Ask ask, const std::string& name) {
  static const unsigned limit = number_from("MUSTER_Z3_MILLISECONDS", 1000);
  Tally& tally = tallies()[name];
  ++tally.questions;
  const bool outside = ask == Ask::Outside;
  const z3_oracle::Answer theirs =
      outside ? z3_oracle::find_outside(a, b, limit) : z3_oracle::find_common(a, b, limit);
  const Verdict found = outside ? Verdict::No : Verdict::Yes;
  const Verdict ours =
      outside ? prover::within({a}, {b}).verdict : prover::overlap({a}, {b}).verdict;
  tally.outside += theirs.outcome == Outcome::Outside ? 1 : 0;
  tally.limit += theirs.outcome == Outcome::Limit ? 1 : 0;
  tally.undecided += ours == Verdict::Undecided ? 1 : 0;
  if (theirs.request) {
    const bool granted = decide(a, *theirs.request) == DecisionKind::Allowed;
    const bool confirmed =
        granted && (outside ? refuses(b, *theirs.request)
                            : decide(b, *theirs.request) == DecisionKind::Allowed);
    if (!confirmed) {
      std::cerr << "Z3's request is none for the evaluator: " << prover_cases::show(*theirs.request)
                << "\n";
      return false;
    }
    ++tally.replayed;
  }
  if (theirs.outcome == Outcome::Outside || theirs.outcome == Outcome::Limit) {
    return true;
  }
  tally.seconds.push_back(theirs.solving);
  if (ours == Verdict::Undecided) {
    return true;
  }
  ++(ours == Verdict::Yes ? tally.yes : tally.no);
  return (ours == found) == (theirs.outcome == Outcome::Found);
}

void check_pair(prover_cases::Features features) {
  const Policy a = prover_cases::random_policy(features);
  const bool apart = *rc::gen::arbitrary<bool>();
  const Policy b =
      apart ? prover_cases::random_policy(features) : prover_cases::nearby(a, features);
  RC_LOG() << "A:" << prover_cases::show(a) << "\nB:" << prover_cases::show(b) << std::endl;
  RC_ASSERT(agree(a, b, Ask::Outside, fragment(a, b) + ", inclusion"));
  RC_ASSERT(agree(a, b, Ask::Common, fragment(a, b) + ", overlap"));
}

/// Policies that the encoding covers.
std::vector<prover_cases::ManagedPolicy> encodable_policies() {
  auto all = prover_cases::managed_policies();
  std::erase_if(all, [](const prover_cases::ManagedPolicy& one) {
    return z3_oracle::find_common(one.policy, one.policy, 1).outcome == Outcome::Outside;
  });
  return all;
}

}  // namespace

TEST_CASE("the prover agrees with Z3 on identity policies") {
  CHECK(rc::check("pairs", [] { check_pair({}); }));
  print_tallies();
}

TEST_CASE("the prover agrees with Z3 on resource policies") {
  CHECK(rc::check("pairs", [] { check_pair({.principals = true}); }));
  print_tallies();
}

TEST_CASE("the prover agrees with Z3 on AWS managed policies") {
  const auto chosen =
      prover_cases::spread(encodable_policies(), number_from("MUSTER_Z3_POLICIES", 4));
  if (chosen.empty()) {
    MESSAGE("skipped: no managed policies under MUSTER_SHARED");
  }
  for (const auto& a : chosen) {
    for (const auto& b : chosen) {
      if (a.name != b.name) {
        CAPTURE(a.name);
        CAPTURE(b.name);
        CHECK(agree(a.policy, b.policy, Ask::Outside, "managed policies"));
      }
    }
  }
  print_tallies();
}
