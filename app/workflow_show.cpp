// Each file is read for itself; called workflows are named, not followed.
#include "app/workflow_show.h"

#include <nlohmann/json.hpp>
#include <ostream>

#include "app/location_json.h"
#include "app/repository.h"
#include "checks/workflow/model.h"
#include "checks/workflow/syntax.h"
#include "report/sanitise.h"

namespace muster::app {
namespace {

using nlohmann::ordered_json;
using workflow::Job;
using workflow::Step;
using workflow::Workflow;

constexpr std::size_t kWorkflowLimit = std::size_t{1} << 20U;

/// The condition as GitHub completes it; the parser has checked that it can.
std::string condition_of(const std::optional<workflow::Text>& text, bool of_job) {
  const auto condition = workflow::normalised_condition(text ? text->value : "", of_job);
  return condition ? condition.value() : text->value;
}

const char* kind_name(Step::Kind kind) {
  switch (kind) {
    case Step::Kind::Run:
      return "run";
    case Step::Kind::Uses:
      return "uses";
    case Step::Kind::Wait:
      return "wait";
    case Step::Kind::WaitAll:
      return "wait-all";
    case Step::Kind::Cancel:
      return "cancel";
    case Step::Kind::Parallel:
      return "parallel";
  }
  return "run";
}

ordered_json step_json(const Step& step) {
  ordered_json json{{"kind", kind_name(step.kind)}};
  if (step.id) {
    json["id"] = step.id->value;
  }
  if (step.kind == Step::Kind::Run || step.kind == Step::Kind::Uses) {
    json["if"] = condition_of(step.condition, false);
  }
  if (step.kind == Step::Kind::Uses) {
    json["uses"] = step.uses.value;
  }
  for (const Step& inner : step.parallel) {
    json["parallel"].push_back(step_json(inner));
  }
  json["line"] = step.where.span.line;
  return json;
}

ordered_json job_json(const Job& job) {
  ordered_json json{{"id", job.id.value}, {"needs", ordered_json::array()}};
  for (const workflow::Text& need : job.needs) {
    json["needs"].push_back(need.value);
  }
  json["if"] = condition_of(job.condition, true);
  if (job.environment) {
    json["environment"] = job.environment->name.value;
  }
  if (job.calls_workflow()) {
    json["uses"] = job.uses.value;
  }
  json["steps"] = ordered_json::array();
  for (const Step& step : job.steps) {
    json["steps"].push_back(step_json(step));
  }
  json["line"] = job.id.where.span.line;
  return json;
}

ordered_json workflow_json(const Workflow& workflow) {
  ordered_json json{{"file", workflow.source.path()}, {"events", ordered_json::array()}};
  for (const workflow::Trigger& trigger : workflow.triggers) {
    json["events"].push_back(trigger.event.value);
  }
  json["jobs"] = ordered_json::array();
  for (const Job& job : workflow.jobs) {
    json["jobs"].push_back(job_json(job));
  }
  return json;
}

void print_words(const Workflow& workflow, std::ostream& out) {
  const auto line = [&](const std::string& text) { out << report::safe_line(text) << "\n"; };
  line(workflow.source.path());
  for (const Job& job : workflow.jobs) {
    std::string needs;
    for (const workflow::Text& need : job.needs) {
      needs += (needs.empty() ? " after " : ", ") + need.value;
    }
    line("  " + job.id.value + needs + (job.calls_workflow() ? " calls " + job.uses.value : "") +
         (job.environment ? " in " + job.environment->name.value : "") + ": " +
         condition_of(job.condition, true));
  }
}

bool show_file(const std::string& file, std::string bytes, bool json, const Console& console) {
  const auto workflow = workflow::parse_workflow(std::move(bytes), SourceId(file));
  if (!workflow && !json) {
    report_error(console, workflow.error());
  } else if (!workflow) {
    ordered_json answer{{"file", file}, {"error", workflow.error().message}};
    answer["location"] = location_json(workflow.error().where.value_or(SourceRef{}));
    console.out << answer.dump(-1, ' ', false, ordered_json::error_handler_t::replace) << "\n";
  } else if (json) {
    console.out << workflow_json(workflow.value())
                       .dump(-1, ' ', false, ordered_json::error_handler_t::replace)
                << "\n";
  } else {
    print_words(workflow.value(), console.out);
  }
  return workflow.ok();
}

}  // namespace

int workflow_show(const WorkflowShowOptions& options, const Console& console) {
  bool all = true;
  for (const std::string& file : options.files) {
    auto bytes = read_argument(file, SourceId(file), kWorkflowLimit);
    if (!bytes) {
      return report_error(console, bytes.error());
    }
    all = show_file(file, std::move(bytes).value(), options.json, console) && all;
  }
  return all ? kClean : kIncomplete;
}

}  // namespace muster::app
