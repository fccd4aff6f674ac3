// The prover on pairs of policies: two documents as a JSON list, or two out of a small alphabet.
// Laws: the evaluator confirms every witness; "included" survives the requests that the policies
// suggest; an Allow never narrows, a Deny never widens; answers do not contradict each other.
#include <algorithm>
#include <cstdint>
#include <string>

#include "checks/prover/prover.h"
#include "tests/fuzz/laws.h"
#include "tests/fuzz/small_policies.h"

namespace {

using namespace muster;
using fuzz::require;
using policy::DecisionKind;
using policy::Effect;
using policy::Policy;
using policy::Request;
using prover::Answer;
using prover::Verdict;

constexpr std::size_t kRequests = 200;

/// Small, so that hostile policies end soon.
constexpr prover::Budget kBudget{.cover_nodes = 2'000, .glob_states = 5'000, .valuations = 4};

bool allows(const Policy& policy, const Request& request) {
  return evaluate_policy(policy, request).kind == DecisionKind::Allowed;
}

bool refuses(const Policy& policy, const Request& request) {
  const DecisionKind kind = evaluate_policy(policy, request).kind;
  return kind == DecisionKind::ExplicitDeny || kind == DecisionKind::ImplicitDeny;
}

/// `a` with the statements of `b`, all of one effect.
Policy with(const Policy& a, const Policy& b, Effect effect) {
  Policy out = a;
  if (a.version != b.version) {
    return out;
  }
  for (policy::Statement statement : b.statements) {
    if (effect == Effect::Deny || !statement.not_principals) {
      statement.effect = effect;
      out.statements.push_back(std::move(statement));
    }
  }
  return out;
}

Policy reversed(Policy policy) {
  std::ranges::reverse(policy.statements);
  return policy;
}

Verdict within(const Policy& a, const Policy& b) {
  return prover::within({a}, {b}, kBudget).verdict;
}

void require_complete(const Answer& answer) {
  require(answer.verdict != Verdict::Undecided || !answer.reason.empty());
}

void require_inclusion(const Policy& a, const Policy& b, const std::vector<Request>& requests) {
  const Answer answer = prover::within({a}, {b}, kBudget);
  require_complete(answer);
  if (answer.verdict == Verdict::No) {
    require(answer.witness && allows(a, *answer.witness) && refuses(b, *answer.witness));
  } else if (answer.verdict == Verdict::Yes) {
    for (const Request& request : requests) {
      require(!allows(a, request) || !refuses(b, request));
    }
  }
  const Verdict again = within(reversed(a), reversed(b));
  require(again == answer.verdict || again == Verdict::Undecided ||
          answer.verdict == Verdict::Undecided);
  require(within(a, with(a, b, Effect::Allow)) != Verdict::No);
  require(within(with(a, b, Effect::Deny), a) != Verdict::No);
}

void require_overlap(const Policy& a, const Policy& b, const std::vector<Request>& requests) {
  const Answer answer = prover::overlap({a}, {b}, kBudget);
  require_complete(answer);
  if (answer.verdict == Verdict::Yes) {
    require(answer.witness && allows(a, *answer.witness) && allows(b, *answer.witness));
  } else if (answer.verdict == Verdict::No) {
    for (const Request& request : requests) {
      require(!allows(a, request) || !allows(b, request));
    }
  }
}

/// A principal never has more than each of the layers around it.
void require_layers(const Policy& a, const Policy& b) {
  prover::Prover prover(kBudget);
  const std::size_t first = prover.add(prover::Policies{a});
  const std::size_t second = prover.add(prover::Policies{b});
  policy::Stack stack;
  stack.identity = {a};
  stack.boundary = {b};
  const std::size_t both = prover.add(stack);
  require(prover.within(both, first).verdict != Verdict::No);
  require(prover.within(both, second).verdict != Verdict::No);
}

void try_pair(const Policy& a, const Policy& b, bool has_principals) {
  const std::vector<Request> requests = fuzz::suggested_requests({&a, &b}, kRequests);
  require_inclusion(a, b, requests);
  require_inclusion(b, a, requests);
  require_overlap(a, b, requests);
  require(within(a, a) != Verdict::No);
  if (!has_principals) {
    require_layers(a, b);
  }
}

void try_list(const std::string& bytes) {
  const auto tree = text::parse_json(bytes, SourceId("pair.json"));
  if (!tree || !tree.value().root().is(text::Type::Sequence) || tree.value().root().size() != 2) {
    return;
  }
  for (const policy::PolicyType type :
       {policy::PolicyType::Identity, policy::PolicyType::Resource}) {
    const auto a = policy::read_policy(tree.value().root().at(0), type);
    const auto b = policy::read_policy(tree.value().root().at(1), type);
    if (a && b) {
      try_pair(a.value(), b.value(), type == policy::PolicyType::Resource);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.starts_with('[')) {
    try_list(bytes);
    return 0;
  }
  fuzz::Choices choices(bytes);
  const bool with_principals = choices.below(4) == 3;
  const Policy a = fuzz::small_policy(choices, with_principals);
  const Policy b = fuzz::small_policy(choices, with_principals);
  try_pair(a, b, with_principals);
  return 0;
}
