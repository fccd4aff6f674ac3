// Each line is a question of its own: contexts come with it.
#include "app/workflow_eval.h"

#include <array>

#include "app/json_lines.h"
#include "checks/text/json_writer.h"
#include "checks/text/tree.h"
#include "checks/workflow/calculate.h"

namespace muster::app {
namespace {

using text::Node;
using text::Type;
using workflow::Datum;

Error bad_line(const Node& at, std::string message) {
  return {ErrorCode::Invalid, std::move(message), at.where()};
}

const char* type_name(const Datum& datum) {
  switch (datum.kind) {
    case Datum::Kind::Null:
      return "null";
    case Datum::Kind::Bool:
      return "boolean";
    case Datum::Kind::Number:
      return "number";
    case Datum::Kind::String:
      return "string";
    case Datum::Kind::Array:
      return "array";
    case Datum::Kind::Object:
      return "object";
  }
  return "null";
}

Result<workflow::RunStatus> status_of(const Node& line) {
  const std::string status = line.text_under("status");
  if (status.empty() || status == "success") {
    return workflow::RunStatus::Success;
  }
  if (status == "failure") {
    return workflow::RunStatus::Failure;
  }
  return status == "cancelled" ? Result<workflow::RunStatus>(workflow::RunStatus::Cancelled)
                               : bad_line(*line.find("status"),
                                          "`status` must be `success`, `failure` or `cancelled`");
}

std::string one_member(std::string_view name, const std::string& value) {
  text::JsonWriter json(text::JsonLayout::Compact);
  json.open_object().key(name).text(value).close_object();
  return json.bytes();
}

std::string answer_json(const Datum& value, const workflow::DataPool& pool) {
  return std::string("{\"type\":\"") + type_name(value) +
         "\",\"text\":" + text::json_quoted(workflow::shown(value)) +
         ",\"json\":" + text::json_quoted(workflow::to_json_text(value, pool)) +
         ",\"truthy\":" + (workflow::is_truthy(value) ? "true" : "false") + "}";
}

Result<LineAnswer> answer_expression(std::string_view bytes, const SourceId& source,
                                     std::uint32_t /*line*/) {
  text::Limits limits;
  limits.bytes = bytes.size() + 1;
  MUSTER_TRY(const text::Tree tree, text::parse_json(std::string(bytes), source, limits));
  const Node line = tree.root();
  const auto expression = line.find("expression");
  const auto contexts = line.find("contexts");
  if (!expression || !expression->is(Type::String)) {
    return bad_line(line, "a line needs `expression`, a text");
  }
  if (contexts && !contexts->is(Type::Mapping)) {
    return bad_line(*contexts, "`contexts` must be an object");
  }
  MUSTER_TRY(const workflow::RunStatus status, status_of(line));
  const auto parsed = workflow::parse_expression(
      expression->text(), {workflow::whole_vocabulary().contexts, workflow::status_functions()});
  if (!parsed) {
    return LineAnswer{one_member("invalid", parsed.error().message), false};
  }
  workflow::DataPool pool;
  const Datum data = contexts ? pool.read(*contexts) : Datum{};
  const auto value = workflow::calculate(parsed.value(), data, status, pool);
  return LineAnswer{
      value ? answer_json(value.value(), pool) : one_member("error", value.error().message), false};
}

}  // namespace

int workflow_eval(const WorkflowEvalOptions& options, const Console& console) {
  return answer_lines(options.file, answer_expression, console);
}

}  // namespace muster::app
