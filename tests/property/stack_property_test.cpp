// Laws of stacks of layers, on random stacks over the alphabet of single policies.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>

#include "checks/policy/organisation.h"
#include "checks/policy/stack.h"
#include "random_policy.h"

using namespace muster;
using namespace muster::policy;

namespace {

using Policies = std::vector<Policy>;

constexpr std::array<Layer, 6> kLayers = {Layer::Identity, Layer::Resource, Layer::Boundary,
                                          Layer::Session,  Layer::Scp,      Layer::Rcp};
constexpr std::array<Layer, 4> kLimits = {Layer::Boundary, Layer::Session, Layer::Scp, Layer::Rcp};

std::optional<Policies>* policies_of(Stack& stack, Layer layer) {
  switch (layer) {
    case Layer::Identity:
      return &stack.identity;
    case Layer::Resource:
      return &stack.resource;
    case Layer::Boundary:
      return &stack.boundary;
    case Layer::Session:
      return &stack.session;
    case Layer::Scp:
    case Layer::Rcp:
      return nullptr;
  }
  return nullptr;
}

std::optional<std::vector<Policies>>& levels_of(Stack& stack, Layer layer) {
  return layer == Layer::Scp ? stack.scp : stack.rcp;
}

bool is_given(Stack& stack, Layer layer) {
  const auto* policies = policies_of(stack, layer);
  return policies != nullptr ? policies->has_value() : levels_of(stack, layer).has_value();
}

std::vector<Principal> random_principals() {
  std::vector<Principal> principals;
  for (Text& name : random_list(
           {"*", "111122223333", "444455556666", "arn:aws:iam::111122223333:root",
            "arn:aws:iam::111122223333:user/ann", "arn:aws:iam::111122223333:role/deploy",
            "arn:aws:sts::111122223333:assumed-role/deploy/run1",
            "arn:aws:sts::111122223333:federated-user/ci", "arn:aws:iam::444455556666:user/bob"})) {
    principals.push_back({PrincipalType::Aws, std::move(name)});
  }
  return principals;
}

Statement random_statement_of(Layer layer) {
  Statement statement = random_statement();
  if (layer == Layer::Resource) {
    statement.principals = random_principals();
  } else if (layer == Layer::Rcp) {
    statement.principals = {{PrincipalType::Any, plain_list({"*"}).front()}};
  }
  return statement;
}

/// Allows everything, in half of all cases beside a random statement.
Policy random_policy_of(Layer layer) {
  Policy policy = random_policy();
  for (Statement& statement : policy.statements) {
    statement.principals = random_statement_of(layer).principals;
  }
  if (*rc::gen::arbitrary<bool>()) {
    Statement all;
    all.effect = Effect::Allow;
    all.actions = plain_list({"*"});
    all.resources = plain_list({"*"});
    all.principals = random_statement_of(layer).principals;
    policy.statements.push_back(all);
  }
  return policy;
}

Policies random_policies(Layer layer) {
  Policies policies;
  const std::size_t count = random_below(0, 3);
  for (std::size_t i = 0; i < count; ++i) {
    policies.push_back(random_policy_of(layer));
  }
  return policies;
}

/// Layers are there, empty or absent.
Stack random_stack() {
  Stack stack;
  for (const Layer layer : kLayers) {
    if (random_below(0, 10) < 4) {
      continue;
    }
    if (auto* policies = policies_of(stack, layer)) {
      *policies = random_policies(layer);
      continue;
    }
    auto& levels = levels_of(stack, layer).emplace();
    const std::size_t count = random_below(0, 3);
    for (std::size_t i = 0; i < count; ++i) {
      levels.push_back(random_policies(layer));
    }
  }
  return stack;
}

/// A user, role or session of the resource's account or of another.
Request random_stack_request() {
  Request request = random_request();
  request.principal = *rc::gen::element<std::string>(
      "arn:aws:iam::111122223333:user/ann", "arn:aws:iam::111122223333:role/deploy",
      "arn:aws:sts::111122223333:assumed-role/deploy/run1",
      "arn:aws:sts::111122223333:assumed-role/deploy/run1",
      "arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForECS/x",
      "arn:aws:sts::111122223333:federated-user/ci", "arn:aws:iam::444455556666:user/bob");
  request.resource_account = "111122223333";
  if (random_below(0, 5) == 0) {
    request.action = "sts:AssumeRole";
    request.resource = "arn:aws:iam::111122223333:role/deploy";
  }
  return request;
}

DecisionKind kind(const Stack& stack, const Request& request) {
  return evaluate_stack(stack, request).kind;
}

int openness(DecisionKind kind) {
  switch (kind) {
    case DecisionKind::ExplicitDeny:
    case DecisionKind::ImplicitDeny:
      return 0;
    case DecisionKind::Undecided:
      return 1;
    case DecisionKind::Allowed:
      return 2;
  }
  return 1;
}

int openness(const Stack& stack, const Request& request) {
  return openness(kind(stack, request));
}

int openness(Truth truth) {
  return truth == Truth::No ? 0 : truth == Truth::Unknown ? 1 : 2;
}

/// Whether a new document joins the layer, instead of making a layer or a level that was not there.
bool is_united(Stack& stack, Layer layer) {
  return is_given(stack, layer) &&
         (policies_of(stack, layer) != nullptr || !levels_of(stack, layer)->empty());
}

/// The stack with one more statement in a layer: in one of its documents, or in a new one.
Stack with(Stack stack, Layer layer, Statement statement, Effect effect) {
  statement.effect = effect;
  Policy document;
  document.version = Version::V2012_10_17;
  document.statements = {std::move(statement)};
  if (auto* policies = policies_of(stack, layer)) {
    if (!*policies) {
      policies->emplace();
    }
    (*policies)->push_back(std::move(document));
    return stack;
  }
  auto& levels = levels_of(stack, layer);
  if (!levels) {
    levels.emplace();
  }
  if (levels->empty()) {
    levels->emplace_back();
  }
  (*levels)[random_below(0, levels->size())].push_back(std::move(document));
  return stack;
}

Statement everything(Layer layer) {
  Statement all;
  all.actions = plain_list({"*"});
  all.resources = plain_list({"*"});
  if (layer == Layer::Resource || layer == Layer::Rcp) {
    all.principals = {{PrincipalType::Any, plain_list({"*"}).front()}};
  }
  return all;
}

/// The same documents otherwise: shuffled, statements twice, other Sids.
void rewrite(Policies& policies) {
  if (!policies.empty()) {
    policies.push_back(policies.front());
  }
  for (Policy& policy : policies) {
    if (!policy.statements.empty()) {
      policy.statements.push_back(policy.statements.front());
    }
    for (Statement& statement : policy.statements) {
      statement.sid = plain_list({"S" + std::to_string(random_below(0, 9))}).front();
      if (statement.principals) {
        shuffle(*statement.principals);
      }
    }
    shuffle(policy.statements);
  }
  shuffle(policies);
}

Stack rewritten(Stack stack) {
  for (const Layer layer : kLayers) {
    if (!is_given(stack, layer)) {
      continue;
    }
    if (auto* policies = policies_of(stack, layer)) {
      rewrite(**policies);
      continue;
    }
    auto& levels = *levels_of(stack, layer);
    if (!levels.empty()) {
      levels.push_back(levels.front());
    }
    std::ranges::for_each(levels, rewrite);
    shuffle(levels);
  }
  return stack;
}

}  // namespace

TEST_CASE("in a stack a Deny never opens, and an Allow never closes a layer that is there") {
  CHECK(rc::check("adding a Deny to any layer", [] {
    const Stack stack = random_stack();
    const Request request = random_stack_request();
    const Layer layer = kLayers[random_below(0, kLayers.size())];
    const Stack more = with(stack, layer, random_statement_of(layer), Effect::Deny);
    RC_ASSERT(openness(more, request) <= openness(stack, request));
  }));
  CHECK(rc::check("adding an Allow to the identity layer", [] {
    const Stack stack = random_stack();
    const Request request = random_stack_request();
    const Stack more = with(stack, Layer::Identity, random_statement(), Effect::Allow);
    RC_ASSERT(openness(more, request) >= openness(stack, request));
  }));
  CHECK(rc::check("adding an Allow to any layer that is there", [] {
    Stack stack = random_stack();
    const Request request = random_stack_request();
    const Layer layer = kLayers[random_below(0, kLayers.size())];
    RC_PRE(is_united(stack, layer));
    const Stack more = with(stack, layer, random_statement_of(layer), Effect::Allow);
    RC_ASSERT(openness(more, request) >= openness(stack, request));
  }));
  CHECK(rc::check("a Deny of everything", [] {
    const Layer layer =
        *rc::gen::element(Layer::Identity, Layer::Resource, Layer::Boundary, Layer::Session);
    const Stack stack = with(random_stack(), layer, everything(layer), Effect::Deny);
    RC_ASSERT(kind(stack, random_stack_request()) == DecisionKind::ExplicitDeny);
  }));
}

TEST_CASE("writing the same stack otherwise changes nothing") {
  CHECK(rc::check("order of documents, statements and levels, Sids, duplicates", [] {
    const Stack stack = random_stack();
    const Request request = random_stack_request();
    RC_ASSERT(kind(rewritten(stack), request) == kind(stack, request));
  }));
}

TEST_CASE("a stack never allows more than one of its layers") {
  CHECK(rc::check("identity policies within boundary, session policy and every SCP level", [] {
    Stack stack = random_stack();
    stack.resource.reset();
    Request request = random_stack_request();
    RC_PRE(request.action != "sts:AssumeRole");
    RC_PRE(is_service_linked(read_caller(request.principal), request) == Truth::No);
    const int whole = openness(stack, request);
    // As the identity policies of a plain user, so that nothing but the documents speaks.
    request.principal = "arn:aws:iam::111122223333:user/ann";
    const auto alone = [&](const Policies& policies) {
      Stack one;
      one.identity = policies;
      return openness(one, request);
    };
    RC_ASSERT(whole <= (stack.identity ? alone(*stack.identity) : 0));
    for (const auto* limit : {&stack.boundary, &stack.session}) {
      RC_ASSERT(whole <= (*limit ? alone(**limit) : 2));
    }
    for (const Policies& level : stack.scp.value_or(std::vector<Policies>())) {
      RC_ASSERT(whole <= alone(level));
    }
  }));
  CHECK(rc::check("something grants it, no layer denies it, SCPs let it through", [] {
    const Stack stack = random_stack();
    const auto decision = evaluate_stack(stack, random_stack_request());
    int grants = 0;
    for (const LayerVerdict& verdict : decision.layers) {
      const bool can_grant = verdict.layer == Layer::Identity || verdict.layer == Layer::Resource;
      grants = std::max(grants, can_grant ? openness(verdict.allow.truth) : 0);
      RC_ASSERT(openness(decision.kind) <= 2 - openness(verdict.deny.truth));
      if (verdict.layer == Layer::Scp) {
        RC_ASSERT(openness(decision.kind) <= openness(verdict.allow.truth));
      }
    }
    RC_ASSERT(decision.kind != DecisionKind::Allowed || grants == 2);
  }));
}

TEST_CASE("a limit that lets everything through is none") {
  CHECK(rc::check("boundary, session policy, SCP level, RCP level", [] {
    Stack stack = random_stack();
    const Request request = random_stack_request();
    const Layer layer = kLimits[random_below(0, kLimits.size())];
    RC_PRE(!is_given(stack, layer));
    RC_PRE(layer != Layer::Session ||
           read_caller(request.principal).kind != CallerKind::FederatedUser);
    const Stack more = with(stack, layer, everything(layer), Effect::Allow);
    RC_ASSERT(kind(more, request) == kind(stack, request));
  }));
}

TEST_CASE("not knowing a layer leaves open what knowing it decides") {
  CHECK(rc::check("the closed decision, or undecided", [] {
    const Stack stack = random_stack();
    const Request request = random_stack_request();
    Stack open = stack;
    open.open.insert(kLayers[random_below(0, kLayers.size())]);
    const DecisionKind closed = kind(stack, request);
    const DecisionKind opened = kind(open, request);
    RC_ASSERT(opened == closed || opened == DecisionKind::Undecided);
    RC_ASSERT(closed != DecisionKind::ExplicitDeny || opened == closed);
  }));
  CHECK(rc::check("whatever the unknown document says", [] {
    Stack open = random_stack();
    const Request request = random_stack_request();
    const Layer layer = kLayers[random_below(0, kLayers.size())];
    Stack known = open;
    open.open.insert(layer);
    const DecisionKind before = kind(open, request);
    RC_PRE(before == DecisionKind::Allowed || before == DecisionKind::ImplicitDeny);
    known = with(known, layer, random_statement_of(layer),
                 *rc::gen::element(Effect::Allow, Effect::Deny));
    RC_ASSERT(openness(known, request) == openness(before));
  }));
}
