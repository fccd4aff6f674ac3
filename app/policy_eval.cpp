// Reads request lines, asks the evaluator, prints its answers.
#include "app/policy_eval.h"

#include <nlohmann/json.hpp>

#include "app/json_lines.h"
#include "app/location_json.h"
#include "checks/policy/arn.h"
#include "checks/policy/request.h"

namespace muster::app {
namespace {

using nlohmann::ordered_json;
using policy::Case;
using policy::Layer;
using policy::LayerStatement;
using policy::StackDecision;
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

const std::vector<policy::Policy>& policies_of(const Case& input, const LayerStatement& found) {
  switch (found.layer) {
    case Layer::Identity:
      return *input.stack.identity;
    case Layer::Resource:
      return *input.stack.resource;
    case Layer::Boundary:
      return *input.stack.boundary;
    case Layer::Session:
      return *input.stack.session;
    case Layer::Scp:
      return (*input.stack.scp)[found.level];
    case Layer::Rcp:
      return (*input.stack.rcp)[found.level];
  }
  return *input.stack.identity;
}

bool has_levels(Layer layer) {
  return layer == Layer::Scp || layer == Layer::Rcp;
}

ordered_json statement_json(const Case& input, const LayerStatement& found, std::uint32_t line) {
  const policy::StatementTrace& trace = found.trace;
  const policy::Statement& statement =
      policies_of(input, found)[trace.policy].statements[trace.index];
  ordered_json json{{"layer", to_string(found.layer)}};
  if (has_levels(found.layer)) {
    json["level"] = found.level;
  }
  json["policy"] = trace.policy;
  json["index"] = trace.index;
  if (statement.sid) {
    json["sid"] = statement.sid->value;
  }
  json["effect"] = trace.effect == policy::Effect::Allow ? "Allow" : "Deny";
  json["applies"] = word(trace.truth);
  json["because"] = trace.because;
  json["location"] = location_json(in_file(statement.where, line));
  return json;
}

ordered_json layer_json(const policy::LayerVerdict& verdict) {
  const bool denies = verdict.deny.truth > verdict.allow.truth || verdict.deny.truth == Truth::Yes;
  return {{"layer", to_string(verdict.layer)},
          {"allows", word(verdict.allow.truth)},
          {"denies", word(verdict.deny.truth)},
          {"because", denies ? verdict.deny.because : verdict.allow.because}};
}

ordered_json decision_json(const Case& input, const StackDecision& decision, std::uint32_t line) {
  ordered_json json{{"decision", to_string(decision.kind)}, {"because", decision.because}};
  if (decision.layer) {
    json["layer"] = to_string(*decision.layer);
  }
  json["statements"] = ordered_json::array();
  for (const LayerStatement& statement : decision.statements) {
    json["statements"].push_back(statement_json(input, statement, line));
  }
  json["layers"] = ordered_json::array();
  for (const policy::LayerVerdict& verdict : decision.layers) {
    json["layers"].push_back(layer_json(verdict));
  }
  return json;
}

Result<Case> read_line(std::string_view bytes, const SourceId& source) {
  MUSTER_TRY(const auto tree, text::parse_json(std::string(bytes), source, kLineLimits));
  return policy::read_case(tree.root());
}

Result<LineAnswer> answer_line(std::string_view bytes, const SourceId& source, std::uint32_t line,
                               policy::ArnMode mode) {
  MUSTER_TRY(Case input, read_line(bytes, source));
  input.request.arn_mode = mode;
  const StackDecision decision = evaluate_stack(input.stack, input.request);
  return LineAnswer{decision_json(input, decision, line).dump(),
                    decision.kind == policy::DecisionKind::Undecided};
}

}  // namespace

int policy_eval(const PolicyEvalOptions& options, const Console& console) {
  const policy::ArnMode mode =
      policy::parse_arn_mode(options.arn_mode).value_or(policy::ArnMode::Segment);
  return answer_lines(
      options.request_file,
      [&](std::string_view bytes, const SourceId& source, std::uint32_t line) {
        return answer_line(bytes, source, line, mode);
      },
      console);
}

}  // namespace muster::app
