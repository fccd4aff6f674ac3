// Laws of the prover that compare its answers with each other, on random policies and on AWS
// managed ones. `MUSTER_LAW_POLICIES` says how many of the latter (default 16).
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <set>

#include "checks/policy/catalogue.h"
#include "checks/policy/print.h"
#include "checks/prover/prover.h"
#include "tests/property/managed_policies.h"
#include "tests/property/prover_cases.h"
#include "tests/property/rewriting.h"

using namespace muster;
using namespace muster::prover_cases;
using policy::Effect;
using policy::Policy;
using prover::Answer;
using prover::Relation;
using prover::Verdict;

namespace {

struct Rewriting {
  const char* name;
  std::function<Policy(const Policy&)> write;
};

Policy printed(const Policy& policy) {
  const auto read = policy::parse_policy(policy::print_policy(policy), SourceId("printed.json"),
                                         policy::PolicyType::Identity);
  return read ? read.value() : Policy{};
}

const std::vector<Rewriting>& rewritings() {
  static const std::vector<Rewriting> kAll = {
      {"shuffled",
       [](const Policy& policy) {
         Dice dice(7);
         return shuffled(policy, dice);
       }},
      {"one statement per action", split_by_action},
      {"one statement per resource", split_by_resource},
      {"one statement per value", split_by_value},
      {"IfExists beside Null", with_if_exists},
      {"a key that nothing depends on", with_idle_key},
      {"printed and read again", printed},
  };
  return kAll;
}

Policy everything(Effect effect) {
  Policy policy;
  policy.version = policy::Version::V2012_10_17;
  policy::Statement statement;
  statement.effect = effect;
  statement.actions = {{{"*", {}}}};
  statement.resources = {{{"*", {}}}};
  policy.statements.push_back(std::move(statement));
  return policy;
}

Policy united(Policy a, const Policy& b, Effect effect) {
  for (policy::Statement statement : b.statements) {
    statement.effect = effect;
    a.statements.push_back(std::move(statement));
  }
  return a;
}

/// Whether both answer the same, with the same request.
bool same(const Answer& one, const Answer& other) {
  return one.verdict == other.verdict && one.witness.has_value() == other.witness.has_value() &&
         (!one.witness || show(*one.witness) == show(*other.witness));
}

std::size_t actions_of(const Policy& policy) {
  std::size_t count = 0;
  for (const policy::Statement& statement : policy.statements) {
    count += statement.actions ? statement.actions->size() : 0;
  }
  return count;
}

/// Some that name at most `actions` actions: splitting is quadratic in their number.
std::vector<ManagedPolicy> chosen(std::size_t actions) {
  const char* count = std::getenv("MUSTER_LAW_POLICIES");
  auto all = managed_policies();
  if (all.empty()) {
    MESSAGE("skipped: no managed policies under MUSTER_SHARED");
  }
  std::erase_if(all, [&](const ManagedPolicy& one) { return actions_of(one.policy) > actions; });
  return spread(all, count == nullptr ? 16 : std::strtoul(count, nullptr, 10));
}

constexpr std::size_t kFew = 40;
constexpr std::size_t kMany = 300;

}  // namespace

TEST_CASE("writing a policy otherwise keeps its meaning") {
  CHECK(rc::check("random policies", [] {
    const Policy a = random_policy({});
    RC_LOG() << "A:" << show(a) << std::endl;
    for (const Rewriting& rewriting : rewritings()) {
      RC_LOG() << rewriting.name << show(rewriting.write(a)) << std::endl;
      RC_ASSERT(prover::compare({a}, {rewriting.write(a)}).relation() == Relation::Equal);
    }
  }));
  for (const auto& [name, policy] : chosen(kFew)) {
    CAPTURE(name);
    for (const Rewriting& rewriting : rewritings()) {
      CAPTURE(rewriting.name);
      CHECK(prover::compare({policy}, {rewriting.write(policy)}).relation() == Relation::Equal);
    }
  }
}

TEST_CASE("Sids, order, duplicates and the case of names change no witness") {
  CHECK(rc::check("random policies", [] {
    const Policy a = random_policy({});
    const Policy b = random_policy({});
    RC_LOG() << "A:" << show(a) << "\nB:" << show(b) << std::endl;
    Dice dice(*rc::gen::arbitrary<unsigned>());
    const Answer one = prover::within({a}, {b});
    const Answer other = prover::within({shuffled(a, dice)}, {shuffled(b, dice)});
    RC_ASSERT(one.verdict == other.verdict);
    if (one.witness) {
      RC_ASSERT(policy::lower(show(*one.witness)) == policy::lower(show(*other.witness)));
    }
    RC_ASSERT(same(one, prover::within({printed(a)}, {printed(b)})));
  }));
}

TEST_CASE("layers around managed policies never give more") {
  const auto policies = chosen(kMany);
  prover::Prover prover;
  const std::size_t all = prover.add(prover::Policies{everything(Effect::Allow)});
  for (std::size_t i = 0; i < policies.size(); ++i) {
    const Policy& a = policies[i].policy;
    const Policy& b = policies[(i + 1) % policies.size()].policy;
    CAPTURE(policies[i].name);
    const std::size_t first = prover.add(prover::Policies{a});
    const std::size_t second = prover.add(prover::Policies{b});
    policy::Stack bounded;
    bounded.identity = {a};
    bounded.boundary = {b};
    policy::Stack open = bounded;
    open.boundary = {everything(Effect::Allow)};
    const std::size_t both = prover.add(bounded);
    const std::size_t free = prover.add(open);
    CHECK(prover.within(both, first).verdict == Verdict::Yes);
    CHECK(prover.within(both, second).verdict == Verdict::Yes);
    CHECK(prover.within(first, free).verdict == Verdict::Yes);
    CHECK(prover.within(free, first).verdict == Verdict::Yes);
    CHECK(prover.within(first, all).verdict == Verdict::Yes);
    CHECK((prover.allows_nothing(both).verdict == Verdict::Yes) ==
          (prover.overlap(first, second).verdict == Verdict::No));
  }
}

TEST_CASE("adding statements of another managed policy moves in one direction") {
  const auto policies = chosen(kMany);
  for (std::size_t i = 0; i < policies.size(); ++i) {
    const Policy& a = policies[i].policy;
    const Policy& b = policies[(i * 5 + 3) % policies.size()].policy;
    CAPTURE(policies[i].name);
    CHECK(prover::within({a}, {united(a, b, Effect::Allow)}).verdict == Verdict::Yes);
    CHECK(prover::within({united(a, b, Effect::Deny)}, {a}).verdict == Verdict::Yes);
    CHECK(prover::allows_nothing({united(a, everything(Effect::Deny), Effect::Deny)}).verdict ==
          Verdict::Yes);
  }
}

TEST_CASE("inclusion of managed policies is transitive") {
  const auto policies = chosen(kMany);
  const std::size_t count = policies.size();
  prover::Prover prover;
  for (const ManagedPolicy& one : policies) {
    prover.add(prover::Policies{one.policy});
  }
  std::set<std::pair<std::size_t, std::size_t>> within;
  for (std::size_t a = 0; a < count; ++a) {
    for (std::size_t b = 0; b < count; ++b) {
      if (prover.within(a, b).verdict == Verdict::Yes) {
        within.emplace(a, b);
      }
    }
  }
  for (const auto& [a, b] : within) {
    for (std::size_t c = 0; c < count; ++c) {
      CHECK((!within.contains({b, c}) || within.contains({a, c})));
    }
  }
}

TEST_CASE("a smaller or larger budget decides less or more, never otherwise") {
  const auto policies = chosen(kMany);
  const prover::Budget normal;
  const prover::Budget small{normal.cover_nodes / 10, normal.glob_states / 10, 1};
  const prover::Budget large{normal.cover_nodes * 10, normal.glob_states * 10,
                             normal.valuations * 10};
  for (std::size_t i = 0; i < policies.size(); ++i) {
    const Policy& a = policies[i].policy;
    const Policy& b = policies[(i * 7 + 1) % policies.size()].policy;
    CAPTURE(policies[i].name);
    const Verdict usual = prover::within({a}, {b}, normal).verdict;
    const Verdict less = prover::within({a}, {b}, small).verdict;
    const Verdict more = prover::within({a}, {b}, large).verdict;
    CHECK((less == usual || less == Verdict::Undecided));
    CHECK((more == usual || usual == Verdict::Undecided));
  }
}

TEST_CASE("NotAction is every other action, known or still to come") {
  const policy::Catalogue& catalogue = policy::embedded_catalogue();
  for (const std::vector<std::string>& named :
       {std::vector<std::string>{"iam:*", "organizations:*"}, {"*:*e*", "s3:Get*"}}) {
    Policy negated = everything(Effect::Allow);
    negated.statements[0].actions.reset();
    negated.statements[0].not_actions.emplace();
    std::set<std::string> left;
    for (const policy::Action* action : catalogue.expand("*", policy::Extent::Known)) {
      left.insert(catalogue.full_name(*action));
    }
    for (const std::string& pattern : named) {
      negated.statements[0].not_actions->push_back({pattern, {}});
      for (const policy::Action* action : catalogue.expand(pattern, policy::Extent::Known)) {
        left.erase(catalogue.full_name(*action));
      }
    }
    Policy listed = everything(Effect::Allow);
    listed.statements[0].actions.emplace();
    for (const std::string& name : left) {
      listed.statements[0].actions->push_back({name, {}});
    }
    CHECK(prover::within({listed}, {negated}).verdict == Verdict::Yes);
    const Answer back = prover::within({negated}, {listed});
    REQUIRE(back.verdict == Verdict::No);
    CHECK(!left.contains(back.witness->action));
    CHECK(prover::within({listed}, {everything(Effect::Allow)}).verdict == Verdict::Yes);
  }
}
