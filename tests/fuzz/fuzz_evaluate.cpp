// The evaluator over all layers: a request line as text, or a stack and a request out of a small
// alphabet. Laws: a Deny never opens, an Allow never closes what is there, order never matters, not
// knowing a layer leaves the answer or opens it, a printed policy reads back as the same.
#include <algorithm>
#include <cstdint>
#include <string>

#include "checks/policy/print.h"
#include "checks/policy/request.h"
#include "tests/fuzz/laws.h"
#include "tests/fuzz/small_policies.h"

namespace {

using namespace muster;
using namespace muster::policy;
using fuzz::require;

int openness(DecisionKind kind) {
  return kind == DecisionKind::Allowed ? 2 : kind == DecisionKind::Undecided ? 1 : 0;
}

int openness(const Stack& stack, const Request& request) {
  return openness(evaluate_stack(stack, request).kind);
}

std::vector<std::vector<Policy>*> lists_of(Stack& stack) {
  std::vector<std::vector<Policy>*> all;
  for (auto* list : {&stack.identity, &stack.resource, &stack.boundary, &stack.session}) {
    if (*list) {
      all.push_back(&**list);
    }
  }
  for (auto* levels : {&stack.scp, &stack.rcp}) {
    for (std::size_t i = 0; *levels && i < (*levels)->size(); ++i) {
      all.push_back(&(**levels)[i]);
    }
  }
  return all;
}

/// Every statement again, with this effect, at the end of its policy.
void repeat(std::vector<Policy>& policies, Effect effect) {
  for (Policy& policy : policies) {
    const std::vector<Statement> statements = policy.statements;
    for (Statement statement : statements) {
      // Effect `Allow` does not go with `NotPrincipal`.
      if (effect == Effect::Deny || !statement.not_principals) {
        statement.effect = effect;
        policy.statements.push_back(std::move(statement));
      }
    }
  }
}

void reverse(Stack& stack) {
  for (std::vector<Policy>* list : lists_of(stack)) {
    std::ranges::reverse(*list);
    for (Policy& policy : *list) {
      std::ranges::reverse(policy.statements);
    }
  }
}

void require_monotony(const Stack& stack, const Request& request, int before) {
  Stack denied = stack;
  for (std::vector<Policy>* list : lists_of(denied)) {
    repeat(*list, Effect::Deny);
    require(openness(denied, request) <= before);
  }
  Stack granted = stack;
  for (std::vector<Policy>* list : lists_of(granted)) {
    repeat(*list, Effect::Allow);
    require(openness(granted, request) >= before);
  }
}

void require_printed(const std::vector<Policy>& policies, PolicyType type) {
  for (const Policy& policy : policies) {
    const auto read = parse_policy(print_policy(policy), SourceId("printed.json"), type);
    require(read.ok() && same_policy(read.value(), policy));
  }
}

void try_case(const Stack& stack, const Request& request) {
  const StackDecision decision = evaluate_stack(stack, request);
  require(!decision.because.empty());
  require(evaluate_stack(stack, request).because == decision.because);
  const int before = openness(decision.kind);
  require_monotony(stack, request, before);
  Stack reversed = stack;
  reverse(reversed);
  require(evaluate_stack(reversed, request).kind == decision.kind);
  for (const Layer layer : {Layer::Identity, Layer::Resource, Layer::Boundary, Layer::Scp}) {
    Stack open = stack;
    open.open.insert(layer);
    const DecisionKind kind = evaluate_stack(open, request).kind;
    require(kind == decision.kind || kind == DecisionKind::Undecided);
  }
}

void try_line(const std::string& bytes) {
  const auto tree = text::parse_json(bytes, SourceId("r.jsonl"));
  if (!tree) {
    return;
  }
  const Result<Case> input = read_case(tree.value().root());
  if (!input) {
    require(input.error().where.has_value());
    return;
  }
  try_case(input.value().stack, input.value().request);
  require_printed(input.value().stack.identity.value_or(std::vector<Policy>()),
                  PolicyType::Identity);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.starts_with('{')) {
    try_line(bytes);
    return 0;
  }
  fuzz::Choices choices(bytes);
  const Stack stack = fuzz::small_stack(choices);
  try_case(stack, fuzz::small_request(choices));
  return 0;
}
