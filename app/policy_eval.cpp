// Reads request lines, asks the evaluator, prints its answers. All lines are read before anything
// is printed: half an answer file would look like a whole one.
#include "app/policy_eval.h"

#include <nlohmann/json.hpp>
#include <ostream>

#include "app/repository.h"
#include "checks/policy/request.h"

namespace muster::app {
namespace {

using nlohmann::ordered_json;
using policy::Case;
using policy::StackDecision;
using policy::StatementTrace;
using policy::Truth;

constexpr std::size_t kFileLimit = std::size_t{512} << 20U;
constexpr text::Limits kLineLimits{
    .bytes = std::size_t{16} << 20U, .depth = 64, .expanded_nodes = 2'000'000};

/// A place inside one line, as a place in the file.
SourceRef in_file(SourceRef where, std::uint32_t line) {
  where.span.line = line;
  where.span.end_line = line;
  return where;
}

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

/// What became of the whole file.
struct Answers {
  std::string lines;
  std::vector<Error> errors;
  bool some_undecided = false;
};

Result<Case> read_line(std::string_view bytes, const SourceId& source) {
  MUSTER_TRY(const auto tree, text::parse_json(std::string(bytes), source, kLineLimits));
  return policy::read_case(tree.root());
}

void answer_line(std::string_view bytes, const SourceId& source, std::uint32_t line,
                 Answers& answers) {
  const Result<Case> input = read_line(bytes, source);
  if (!input) {
    Error error = input.error();
    error.where = in_file(error.where.value_or(SourceRef{source, {}}), line);
    answers.errors.push_back(std::move(error));
    return;
  }
  const StackDecision decision = evaluate_stack(input.value().stack, input.value().request);
  answers.some_undecided =
      answers.some_undecided || decision.kind == policy::DecisionKind::Undecided;
  answers.lines += decision_json(input.value(), decision, line).dump() + "\n";
}

Answers answer_all(std::string_view bytes, const SourceId& source) {
  Answers answers;
  for (std::uint32_t line = 1; !bytes.empty(); ++line) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    const std::string_view content = bytes.substr(0, end);
    if (content.find_first_not_of(" \t\r") != std::string_view::npos) {
      answer_line(content, source, line, answers);
    }
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  return answers;
}

}  // namespace

int policy_eval(const PolicyEvalOptions& options, const Console& console) {
  const SourceId source(options.request_file);
  const Result<std::string> bytes = read_file(options.request_file, source, kFileLimit);
  if (!bytes) {
    report_error(console, bytes.error());
    return kUsage;
  }
  const Answers answers = answer_all(bytes.value(), source);
  for (const Error& error : answers.errors) {
    report_error(console, error);
  }
  if (!answers.errors.empty()) {
    return kUsage;
  }
  console.out << answers.lines;
  return answers.some_undecided ? kIncomplete : kClean;
}

}  // namespace muster::app
