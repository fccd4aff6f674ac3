// Steps: exactly one kind each.
#include <set>

#include "checks/core/digest.h"
#include "checks/text/ascii.h"
#include "checks/workflow/fields.h"
#include "checks/workflow/parts.h"

namespace muster::workflow {
namespace {

using text::Node;
using text::Type;

/// The keys that make a step what it is.
constexpr std::pair<std::string_view, Step::Kind> kKinds[] = {
    {"run", Step::Kind::Run},       {"uses", Step::Kind::Uses},
    {"wait", Step::Kind::Wait},     {"wait-all", Step::Kind::WaitAll},
    {"cancel", Step::Kind::Cancel}, {"parallel", Step::Kind::Parallel},
};

Result<Step::Kind> kind_of(const Node& node) {
  std::optional<Step::Kind> kind;
  for (const auto& [key, value] : kKinds) {
    if (node.find(key)) {
      if (kind) {
        return invalid(
            node,
            "a step has one of `run`, `uses`, `wait`, `wait-all`, `cancel`, `parallel`, not two");
      }
      kind = value;
    }
  }
  if (!kind) {
    return invalid(node, "a step needs `run` or `uses`");
  }
  return *kind;
}

Status read_body(const Node& node, Step& step) {
  if (step.kind == Step::Kind::Run) {
    step.run_node = node.find("run");
    MUSTER_TRY(step.run, read_text(*step.run_node, "run"));
    step.run_mark = hex(sha256(step.run.value), 4);
  }
  if (step.kind == Step::Kind::Uses) {
    const Node uses = *node.find("uses");
    MUSTER_TRY(step.uses, read_text(uses, "uses"));
    if (step.uses.value.empty()) {
      return invalid(uses, "`uses` is empty");
    }
  }
  MUSTER_TRY(step.env, optional_entries(node, "env"));
  MUSTER_TRY(step.with, optional_entries(node, "with"));
  return Done{};
}

/// One step; the steps inside `parallel:` are read by the caller.
Result<Step> read_step(const Node& node, std::size_t index) {
  if (!node.is(Type::Mapping)) {
    return unexpected(node, "steps", "a step (a mapping)");
  }
  MUSTER_CHECK_OK(known_keys(node, "a step",
                             {"run", "uses", "wait", "wait-all", "cancel", "parallel", "name", "id",
                              "if", "timeout-minutes", "continue-on-error", "env", "with",
                              "working-directory", "shell", "background"}));
  MUSTER_CHECK_OK(check_condition(node, false));
  if (const auto id = node.find("id")) {
    MUSTER_CHECK_OK(check_id(*id));
  }
  Step step;
  step.index = index;
  step.where = node.where();
  MUSTER_TRY(step.kind, kind_of(node));
  MUSTER_TRY(step.id, optional_text(node, "id"));
  MUSTER_TRY(step.name, optional_text(node, "name"));
  MUSTER_TRY(step.condition, optional_text(node, "if"));
  MUSTER_TRY(step.shell, optional_text(node, "shell"));
  MUSTER_TRY(step.folder, optional_text(node, "working-directory"));
  MUSTER_TRY(step.continue_on_error, optional_text(node, "continue-on-error"));
  MUSTER_TRY(step.timeout, optional_text(node, "timeout-minutes"));
  MUSTER_TRY(const auto background, optional_text(node, "background"));
  step.background = background && background->value == "true";
  MUSTER_CHECK_OK(read_body(node, step));
  return step;
}

/// The steps of one `parallel:`, all at its position in the job.
Result<std::vector<Step>> read_parallel(const Node& node, std::size_t index) {
  std::vector<Step> steps;
  if (!node.is(Type::Sequence)) {
    return unexpected(node, "parallel", "a list of steps");
  }
  for (std::size_t i = 0; i < node.size(); ++i) {
    MUSTER_TRY(Step step, read_step(node.at(i), index));
    if (step.kind != Step::Kind::Run && step.kind != Step::Kind::Uses) {
      return invalid(node.at(i), "inside `parallel` only `run` and `uses` steps are allowed");
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

}  // namespace

Result<std::vector<Step>> read_steps(const Node& node) {
  if (!node.is(Type::Sequence)) {
    return unexpected(node, "steps", "a list");
  }
  std::vector<Step> steps;
  std::set<std::string> ids;
  std::size_t count = 0;
  for (std::size_t i = 0; i < node.size(); ++i) {
    MUSTER_TRY(Step step, read_step(node.at(i), i));
    if (step.kind == Step::Kind::Parallel) {
      MUSTER_TRY(step.parallel, read_parallel(*node.at(i).find("parallel"), i));
    }
    count += 1 + step.parallel.size();
    if (count > kMostSteps) {
      return Error{ErrorCode::Limit,
                   "more than " + std::to_string(kMostSteps) + " steps in a row are not judged",
                   node.at(i).where()};
    }
    if (step.id && !ids.insert(text::lower(step.id->value)).second) {
      return invalid(*node.at(i).find("id"),
                     "the step id `" + step.id->value + "` stands twice in this job");
    }
    steps.push_back(std::move(step));
  }
  MUSTER_CHECK_OK(check_waits(node));
  return steps;
}

}  // namespace muster::workflow
