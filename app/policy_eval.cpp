// Reads request lines, asks the evaluator, prints its answers.
#include "app/policy_eval.h"

#include <nlohmann/json.hpp>

#include "app/json_lines.h"
#include "checks/policy/request.h"

namespace muster::app {
namespace {

using nlohmann::ordered_json;
using policy::Case;
using policy::StackDecision;
using policy::StatementTrace;
using policy::Truth;

constexpr text::Limits kLineLimits{
    .bytes = std::size_t{16} << 20U, .depth = 64, .expanded_nodes = 2'000'000};

const char* word(Truth truth) {
  switch (truth) {
    case Truth::No:
      return "no";
    case Truth::Unknown:
      return "unknown";
    case Truth::Yes:
      return "yes";
  }
  return "unknown";
}

ordered_json location(const SourceRef& where) {
  return {{"file", where.source.path()},
          {"line", where.span.line},
          {"column", where.span.column},
          {"end_line", where.span.end_line},
          {"end_column", where.span.end_column}};
}

const std::vector<policy::Policy>& policies_of(const Case& input, policy::Layer layer) {
  return layer == policy::Layer::Identity ? *input.stack.identity : *input.stack.resource;
}

ordered_json statement_json(const Case& input, policy::Layer layer, const StatementTrace& trace,
                            std::uint32_t line) {
  const policy::Statement& statement =
      policies_of(input, layer)[trace.policy].statements[trace.index];
  ordered_json json{{"policy", trace.policy}, {"index", trace.index}};
  if (statement.sid) {
    json["sid"] = statement.sid->value;
  }
  json["effect"] = trace.effect == policy::Effect::Allow ? "Allow" : "Deny";
  json["applies"] = word(trace.truth);
  json["because"] = trace.because;
  json["location"] = location(in_file(statement.where, line));
  return json;
}

ordered_json decision_json(const Case& input, const StackDecision& decision, std::uint32_t line) {
  ordered_json json{{"decision", to_string(decision.kind)}, {"because", decision.because}};
  ordered_json statements = ordered_json::array();
  if (decision.layer) {
    json["layer"] = to_string(*decision.layer);
    for (const StatementTrace& trace : decision.statements) {
      statements.push_back(statement_json(input, *decision.layer, trace, line));
    }
  }
  json["statements"] = std::move(statements);
  return json;
}

Result<Case> read_line(std::string_view bytes, const SourceId& source) {
  MUSTER_TRY(const auto tree, text::parse_json(std::string(bytes), source, kLineLimits));
  return policy::read_case(tree.root());
}

Result<LineAnswer> answer_line(std::string_view bytes, const SourceId& source, std::uint32_t line) {
  MUSTER_TRY(const Case input, read_line(bytes, source));
  const StackDecision decision = evaluate_stack(input.stack, input.request);
  return LineAnswer{decision_json(input, decision, line).dump(),
                    decision.kind == policy::DecisionKind::Undecided};
}

}  // namespace

int policy_eval(const PolicyEvalOptions& options, const Console& console) {
  return answer_lines(options.request_file, answer_line, console);
}

}  // namespace muster::app
