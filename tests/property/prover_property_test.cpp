// The prover against brute force over a small universe, and laws that hold whatever the policies
// say. `RC_PARAMS=max_success=5000` asks about 5,000 pairs of each kind instead of 100.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "checks/prover/beyond.h"
#include "checks/prover/needless.h"
#include "tests/property/prover_cases.h"

using namespace muster;
using namespace muster::prover_cases;
using policy::DecisionKind;
using policy::Policy;
using policy::Request;
using prover::Answer;
using prover::Verdict;

namespace {

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
  const bool apart = *rc::gen::arbitrary<bool>();
  const Policy b = apart ? random_policy(features) : nearby(a, features);
  log_pair(a, b);
  prover::Prover prover({}, nullptr, features.arn_mode);
  const std::size_t first = prover.add({a});
  const Answer answer = prover.within(first, prover.add({b}));
  RC_CLASSIFY(answer.verdict == Verdict::Undecided, "undecided");
  RC_CLASSIFY(answer.verdict == Verdict::Yes, "included");
  if (answer.verdict == Verdict::No) {
    RC_LOG() << "witness " << show(*answer.witness) << std::endl;
    RC_ASSERT(answer.witness->arn_mode == features.arn_mode);
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

}  // namespace

TEST_CASE("inclusion agrees with every request of a small universe") {
  CHECK(rc::check("identity policies", [] { check_pair({}); }));
}

TEST_CASE("inclusion with principals agrees with every request of a small universe") {
  CHECK(rc::check("resource policies", [] { check_pair({.principals = true}); }));
}

TEST_CASE("inclusion in the other readings of ARN patterns agrees with every request") {
  CHECK(
      rc::check("trail", [] { check_pair({.small = true, .arn_mode = policy::ArnMode::Trail}); }));
  CHECK(rc::check("string",
                  [] { check_pair({.small = true, .arn_mode = policy::ArnMode::String}); }));
  CHECK(rc::check("trail, with variables",
                  [] { check_pair({.variables = true, .arn_mode = policy::ArnMode::Trail}); }));
  CHECK(rc::check("string, with variables",
                  [] { check_pair({.variables = true, .arn_mode = policy::ArnMode::String}); }));
}

TEST_CASE("inclusion with variables agrees with every request of a small universe") {
  CHECK(rc::check("policies with variables", [] { check_pair({.variables = true}); }));
}

namespace {

Verdict within(const Policy& a, const Policy& b) {
  return prover::within({a}, {b}).verdict;
}

/// Allow statements only, or Deny statements only.
Policy with_effect(Policy policy, policy::Effect effect) {
  for (policy::Statement& statement : policy.statements) {
    statement.effect = effect;
  }
  return policy;
}

Policy united(Policy a, const Policy& b) {
  a.statements.insert(a.statements.end(), b.statements.begin(), b.statements.end());
  return a;
}

/// The same policy, with one statement per action.
Policy split(const Policy& policy) {
  Policy out = policy;
  out.statements.clear();
  for (const policy::Statement& statement : policy.statements) {
    if (!statement.actions) {
      out.statements.push_back(statement);
      continue;
    }
    for (const policy::Text& action : *statement.actions) {
      out.statements.push_back(statement);
      out.statements.back().actions = {action};
    }
  }
  return out;
}

Policy reversed(Policy policy) {
  std::ranges::reverse(policy.statements);
  for (policy::Statement& statement : policy.statements) {
    std::ranges::reverse(statement.conditions);
    for (auto* list : {&statement.actions, &statement.resources}) {
      if (*list) {
        std::ranges::reverse(**list);
        (*list)->push_back((*list)->front());
      }
    }
  }
  return policy;
}

}  // namespace

TEST_CASE("adding an Allow widens, adding a Deny narrows, and everything is within itself") {
  CHECK(rc::check("laws of one policy", [] {
    const Policy a = random_policy({});
    const Policy more = with_effect(random_policy({}), policy::Effect::Allow);
    const Policy denials = with_effect(random_policy({}), policy::Effect::Deny);
    log_pair(a, more);
    RC_ASSERT(within(a, a) == Verdict::Yes);
    RC_ASSERT(within(a, united(a, more)) == Verdict::Yes);
    RC_ASSERT(within(united(a, denials), a) == Verdict::Yes);
    RC_ASSERT(prover::allows_nothing({denials}).verdict == Verdict::Yes);
  }));
}

TEST_CASE("splitting statements and changing the order changes neither meaning nor witness") {
  CHECK(rc::check("spelling", [] {
    const Policy a = random_policy({});
    const Policy b = random_policy({});
    log_pair(a, b);
    RC_ASSERT(prover::compare({a}, {split(a)}).relation() == prover::Relation::Equal);
    RC_ASSERT(prover::compare({a}, {reversed(a)}).relation() == prover::Relation::Equal);
    const Answer one = prover::within({a}, {b});
    const Answer other = prover::within({reversed(a)}, {reversed(b)});
    RC_ASSERT(one.verdict == other.verdict);
    if (one.witness) {
      RC_ASSERT(show(*one.witness) == show(*other.witness));
    }
  }));
}

TEST_CASE("inclusion is transitive and agrees with overlap") {
  CHECK(rc::check("relations", [] {
    const Policy a = random_policy({});
    const Policy b = random_policy({});
    const Policy c = united(with_effect(random_policy({}), policy::Effect::Allow), b);
    log_pair(a, b);
    RC_LOG() << "C:" << show(c) << std::endl;
    const Verdict first = within(a, b);
    if (first == Verdict::Yes && within(b, c) == Verdict::Yes) {
      RC_ASSERT(within(a, c) == Verdict::Yes);
    }
    const Verdict empty = prover::allows_nothing({a}).verdict;
    const Verdict common = prover::overlap({a}, {b}).verdict;
    RC_ASSERT(common == prover::overlap({b}, {a}).verdict);
    if (first == Verdict::Yes && empty == Verdict::No) {
      RC_ASSERT(common == Verdict::Yes);
    }
    RC_ASSERT(prover::overlap({a}, {a}).verdict ==
              (empty == Verdict::Yes ? Verdict::No : Verdict::Yes));
  }));
}

TEST_CASE("every key of a witness matters") {
  CHECK(rc::check("minimal", [] {
    const Policy a = random_policy({});
    const Policy b = random_policy({});
    log_pair(a, b);
    const Answer answer = prover::within({a}, {b});
    if (answer.verdict != Verdict::No) {
      return;
    }
    for (const auto& [key, value] : answer.witness->context) {
      Request without = *answer.witness;
      without.context.erase(key);
      RC_ASSERT(decide(a, without) != DecisionKind::Allowed || !refused(decide(b, without)));
    }
  }));
}

TEST_CASE("a larger budget never changes a verdict") {
  CHECK(rc::check("budget", [] {
    const Policy a = random_policy({});
    const Policy b = random_policy({});
    log_pair(a, b);
    const Verdict full = within(a, b);
    for (const std::size_t nodes : {std::size_t{1}, std::size_t{3}, std::size_t{10}}) {
      const Verdict small =
          prover::within({a}, {b}, {.cover_nodes = nodes, .glob_states = nodes * 10}).verdict;
      RC_ASSERT(small == Verdict::Undecided || small == full);
    }
  }));
}

namespace {

using policy::Stack;

/// The answer of the layers together, by the evaluator of stacks. Every resource is the caller's
/// own account's, as far as the effective permission goes.
DecisionKind decide(const Stack& stack, Request request) {
  request.resource_account = "111122223333";
  return evaluate_stack(stack, request).kind;
}

Answer within(const Stack& a, const Stack& b) {
  prover::Prover prover;
  const std::size_t first = prover.add(a);
  const std::size_t second = prover.add(b);
  return prover.within(first, second);
}

Stack only_identity(const Policy& policy) {
  Stack stack;
  stack.identity = {policy};
  return stack;
}

}  // namespace

TEST_CASE("inclusion of stacks agrees with every request of a small universe") {
  CHECK(rc::check("stacks", [] {
    const Stack a = random_stack();
    const bool apart = *rc::gen::arbitrary<bool>();
    const Stack b = apart ? random_stack() : nearby(a);
    RC_LOG() << "A:" << show(a) << "\nB:" << show(b) << std::endl;
    const Answer answer = within(a, b);
    RC_CLASSIFY(answer.verdict == Verdict::Yes, "included");
    RC_LOG() << answer.reason << (answer.witness ? show(*answer.witness) : "") << std::endl;
    if (answer.verdict == Verdict::No) {
      RC_ASSERT(decide(a, *answer.witness) == DecisionKind::Allowed);
      RC_ASSERT(refused(decide(b, *answer.witness)));
      return;
    }
    RC_ASSERT(answer.verdict == Verdict::Yes);
    std::vector<Policy> all = policies_of(a);
    const std::vector<Policy> more = policies_of(b);
    all.insert(all.end(), more.begin(), more.end());
    for (const Request& request : universe(all, {.small = true})) {
      if (decide(a, request) == DecisionKind::Allowed && refused(decide(b, request))) {
        RC_LOG() << "missed " << show(request) << std::endl;
        RC_ASSERT(false);
      }
    }
  }));
}

TEST_CASE("overlap of stacks agrees with every request of a small universe") {
  CHECK(rc::check("a stack and a statement", [] {
    const Stack a = random_stack();
    const Stack box = only_identity(random_policy({.small = true}));
    RC_LOG() << "A:" << show(a) << "\nbox:" << show(box) << std::endl;
    prover::Prover prover;
    const std::size_t first = prover.add(a);
    const Answer answer = prover.overlap(first, prover.add(box));
    RC_ASSERT(answer.verdict != Verdict::Undecided);
    const auto both = [&](const Request& request) {
      return decide(a, request) == DecisionKind::Allowed &&
             decide(box, request) == DecisionKind::Allowed;
    };
    if (answer.verdict == Verdict::Yes) {
      RC_ASSERT(both(*answer.witness));
      return;
    }
    std::vector<Policy> all = policies_of(a);
    all.push_back(box.identity->front());
    for (const Request& request : universe(all, {.small = true})) {
      RC_ASSERT(!both(request));
    }
  }));
}

TEST_CASE(
    "what a principal may do lies in every layer, and a layer that allows all changes nothing") {
  CHECK(rc::check("layers", [] {
    const Stack stack = random_stack();
    RC_LOG() << show(stack) << std::endl;
    Stack plain;
    plain.identity = stack.identity;
    RC_ASSERT(within(stack, plain).verdict == Verdict::Yes);
    if (stack.boundary) {
      Stack boundary;
      boundary.identity = stack.boundary;
      RC_ASSERT(within(stack, boundary).verdict == Verdict::Yes);
    }
    Policy all = random_policy({.small = true});
    all.statements.resize(1);
    all.statements.front() = {};
    all.statements.front().effect = policy::Effect::Allow;
    all.statements.front().actions.emplace().push_back({"*", {}});
    all.statements.front().resources.emplace().push_back({"*", {}});
    plain.boundary = {all};
    plain.scp = {{all}, {all}};
    Stack bare;
    bare.identity = stack.identity;
    RC_ASSERT(within(plain, bare).verdict == Verdict::Yes);
    RC_ASSERT(within(bare, plain).verdict == Verdict::Yes);
    plain.boundary->clear();
    prover::Prover prover;
    RC_ASSERT(prover.allows_nothing(prover.add(plain)).verdict == Verdict::Yes);
  }));
}

TEST_CASE("an unknown layer is never taken for a harmless one") {
  CHECK(rc::check("open layers", [] {
    const Stack stack = random_stack();
    const Stack other = random_stack();
    RC_LOG() << show(stack) << "\nB:" << show(other) << std::endl;
    Stack open = stack;
    open.open.insert(*rc::gen::element(policy::Layer::Identity, policy::Layer::Boundary,
                                       policy::Layer::Session, policy::Layer::Scp));
    const Verdict known = within(stack, other).verdict;
    const Verdict unknown = within(open, other).verdict;
    // What is unknown may deny everything, so nothing is surely allowed.
    RC_ASSERT(unknown != Verdict::No);
    RC_ASSERT(unknown == Verdict::Undecided || known == Verdict::Yes);
    RC_ASSERT(within(other, open).verdict != Verdict::Yes ||
              within(other, only_identity({})).verdict == Verdict::Yes);
  }));
}

TEST_CASE("what is granted beyond is there exactly when a stack is not within another") {
  CHECK(rc::check("grants beyond", [] {
    const Stack a = random_stack();
    const Stack b = *rc::gen::arbitrary<bool>() ? random_stack() : nearby(a);
    RC_LOG() << "A:" << show(a) << "\nB:" << show(b) << std::endl;
    const auto grants = prover::grants_beyond(a, b);
    RC_ASSERT(grants.empty() == (within(a, b).verdict == Verdict::Yes));
    for (const prover::Grant& grant : grants) {
      RC_ASSERT(!grant.escapes.empty());
      for (const prover::Escape& escape : grant.escapes) {
        RC_ASSERT(decide(a, escape.witness) == DecisionKind::Allowed);
        RC_ASSERT(refused(decide(b, escape.witness)));
      }
    }
  }));
}

namespace {

/// The policy without what was found. From the last to the first, so that positions hold.
Policy without(Policy policy, const std::vector<prover::Needless>& found) {
  for (auto one = found.rbegin(); one != found.rend(); ++one) {
    auto& statements = policy.statements;
    policy::Statement& statement = statements[one->place.statement];
    if (one->part == policy::StatementPart::All) {
      statements.erase(statements.begin() + static_cast<std::ptrdiff_t>(one->place.statement));
      continue;
    }
    std::vector<policy::Text>& texts =
        one->part == policy::StatementPart::Action     ? statement.actions.value()
        : one->part == policy::StatementPart::Resource ? statement.resources.value()
                                                       : statement.conditions[one->clause].values;
    const auto place = std::ranges::find(texts, one->value.value, &policy::Text::value);
    RC_ASSERT(place != texts.end());
    texts.erase(place);
  }
  return policy;
}

}  // namespace

TEST_CASE("a policy without what it does not need allows the same") {
  CHECK(rc::check("needless", [] {
    const Policy policy = united(random_policy({}), random_policy({}));
    log_pair(policy, policy);
    const bool beside_others = *rc::gen::arbitrary<bool>();
    const auto found = prover::needless({policy}, {.beside_others = beside_others}).list;
    const Policy rest = without(policy, found);
    RC_ASSERT(prover::compare({policy}, {rest}).relation() == prover::Relation::Equal);
    for (const Request& request : universe({policy, rest}, {})) {
      const DecisionKind before = decide(policy, request);
      const DecisionKind after = decide(rest, request);
      RC_ASSERT((before == DecisionKind::Allowed) == (after == DecisionKind::Allowed));
      // What a Deny refuses stays refused, whatever other policies allow.
      RC_ASSERT(!beside_others ||
                (before == DecisionKind::ExplicitDeny) == (after == DecisionKind::ExplicitDeny));
    }
  }));
}
