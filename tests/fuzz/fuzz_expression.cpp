// Any bytes as a GitHub expression, over known values in every status, over values that are known
// in part, and as a condition: no crash, no endless work, and laws of logic.
#include <cstdint>
#include <string>

#include "checks/workflow/calculate.h"
#include "checks/workflow/expression.h"
#include "tests/fuzz/laws.h"

namespace {

using namespace muster;
using namespace muster::workflow;
using fuzz::require;

constexpr const char* kContexts = R"({"github": {"event_name": "push", "ref": "refs/heads/main",
"event": {"inputs": {"tag": "1.0"}, "commits": [{"id": "a"}, {"id": "b"}]}}, "inputs": {"dry": true},
"needs": {"test": {"result": "success", "outputs": {"tag": ""}}}, "env": {"A": "1"}, "matrix": {"n": 3},
"steps": {}, "vars": {}, "secrets": {}, "job": {}, "runner": {"os": "Linux"}, "strategy": {}, "jobs": {}})";

/// Every instruction takes what is there, and one value is left.
void require_balanced(const ParsedExpression& parsed) {
  std::size_t held = 0;
  for (const ExpressionStep& step : parsed.steps) {
    require(step.operands <= held);
    held = held - step.operands + 1;
  }
  require(held == 1);
}

/// The answers for the expression and for its negation are opposite.
void require_opposite(const ParsedExpression& parsed, const ParsedExpression& negated) {
  const auto tree = text::parse_json(kContexts, SourceId("contexts.json"));
  for (const RunStatus status :
       {RunStatus::Success, RunStatus::Skipped, RunStatus::Failure, RunStatus::Cancelled}) {
    DataPool pool;
    const Datum contexts = pool.read(tree.value().root());
    const auto value = calculate(parsed, contexts, status, pool);
    const auto opposite = calculate(negated, contexts, status, pool);
    require(value.ok() == opposite.ok());
    if (value.ok()) {
      require(is_truthy(value.value()) != is_truthy(opposite.value()));
      require(shown(value.value()).size() <= to_json_text(value.value(), pool).size() + 64);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto parsed = parse_expression(text, whole_vocabulary());
  // Whatever it says, nobody knows anything about its names: it may hold, or its negation may.
  require(may_hold(text, Scope{}) || may_hold("!(" + text + ")", Scope{}));
  if (!parsed) {
    require(!parsed.error().message.empty());
    return 0;
  }
  require_balanced(parsed.value());
  const auto negated = parse_expression("!(" + text + ")", whole_vocabulary());
  // The limits of length and depth are reached earlier by the longer text.
  if (negated) {
    require_opposite(parsed.value(), negated.value());
  }
  return 0;
}
