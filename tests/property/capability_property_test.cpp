// Random declarations: what is generated for them lies within them and gives all that they need,
// both decided by the prover for all requests.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "checks/capability/minimal.h"
#include "checks/capability/templates.h"
#include "checks/policy/print.h"
#include "checks/prover/prover.h"
#include "random_policy.h"

using namespace muster;
using namespace muster::capability;
using prover::Verdict;

namespace {

/// A name of a small world, so that capabilities meet; now and then a pattern or an ARN.
std::string random_value(Form form) {
  switch (form) {
    case Form::Arn:
      return *rc::gen::element<std::string>("arn:aws:kms:eu-central-1:111122223333:key/a",
                                            "arn:aws:kms:eu-central-1:111122223333:key/b");
    case Form::Region:
      return *rc::gen::element<std::string>("eu-central-1", "us-east-1");
    case Form::Account:
      return *rc::gen::element<std::string>("111122223333", "444455556666");
    case Form::Flag:
      return *rc::gen::element<std::string>("true", "false");
    case Form::Document:
      return *rc::gen::element<std::string>("deploy", "AWS-RunShellScript", "shop-*");
    case Form::NameOrArn:
      return *rc::gen::element<std::string>("shop", "web", "shop-*", "?eb",
                                            "arn:aws:ecr:us-east-1:444455556666:repository/shop");
    case Form::Name:
    case Form::Path:
    case Form::Folder:
    case Form::Secret:
    case Form::Parameter:
    case Form::Tags:
      break;
  }
  return *rc::gen::element<std::string>("shop", "web", "shop/prod");
}

IntentArgument random_argument(const Parameter& parameter) {
  IntentArgument argument{parameter.name, {}, {}};
  const bool many = parameter.list || parameter.form == Form::Tags;
  const std::size_t count = many ? policy::random_below(1, 4) : 1;
  for (std::size_t i = 0; i < count; ++i) {
    const bool tags = parameter.form == Form::Tags;
    argument.entries.push_back({tags ? *rc::gen::element<std::string>("env", "app") : std::string(),
                                random_value(parameter.form)});
  }
  return argument;
}

IntentCapability random_capability() {
  const Template& entry = templates()[policy::random_below(0, templates().size())];
  IntentCapability capability{entry.name, {}, {}};
  const std::size_t chosen =
      entry.one_of.empty() ? 0 : policy::random_below(0, entry.one_of.size());
  for (const Parameter& parameter : entry.parameters) {
    const bool needed =
        parameter.required || (!entry.one_of.empty() && entry.one_of[chosen] == parameter.name);
    if (needed || *rc::gen::element(true, false)) {
      capability.arguments.push_back(random_argument(parameter));
    }
  }
  return capability;
}

IntentRole random_role() {
  IntentRole role;
  role.name = "deploy";
  role.arn = "arn:aws:iam::111122223333:role/deploy";
  role.region = "eu-central-1";
  role.capabilities.emplace();
  const std::size_t count = policy::random_below(0, 5);
  for (std::size_t i = 0; i < count; ++i) {
    role.capabilities->push_back(random_capability());
  }
  if (*rc::gen::element(true, false)) {
    role.allow.push_back({{"logs:Get*", "ecs:*"},
                          {"arn:aws:ecs:eu-central-1:111122223333:service/*", "*"},
                          {{"StringEquals", "aws:RequestedRegion", {"eu-central-1"}, {}}},
                          {}});
  }
  return role;
}

void check_generated(const IntentRole& role, std::size_t limit) {
  const auto expansion = expand(Intent{}, role);
  RC_ASSERT(expansion.ok());
  const auto policies = minimal_policies(expansion.value(), limit);
  for (const policy::Policy& policy : policies) {
    RC_LOG() << print_policy(policy) << std::endl;
  }
  RC_ASSERT(prover::within(policies, {expansion.value().allowed}).verdict == Verdict::Yes);
  policy::Policy needs;
  needs.version = policy::Version::V2012_10_17;
  for (const Grant& grant : expansion.value().grants) {
    needs.statements.push_back(grant.ways.front());
  }
  RC_ASSERT(prover::within({needs}, policies).verdict == Verdict::Yes);
  RC_ASSERT(prover::within(policies, {needs}).verdict == Verdict::Yes);
}

}  // namespace

TEST_CASE("a generated policy lies within its declaration and gives all that it needs") {
  CHECK(rc::check("one policy", [] { check_generated(random_role(), kManagedPolicyLimit); }));
}

TEST_CASE("a policy that had to be split says the same") {
  CHECK(rc::check("several policies", [] {
    const IntentRole role = random_role();
    check_generated(role, policy::random_below(200, 2'000));
  }));
}
