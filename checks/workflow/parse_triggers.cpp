// `on`: text, list or mapping of events.
#include <algorithm>
#include <array>

#include "checks/text/ascii.h"
#include "checks/text/did_you_mean.h"
#include "checks/workflow/fields.h"
#include "checks/workflow/parts.h"

namespace muster::workflow {
namespace {

using text::Node;
using text::Type;

constexpr std::array<std::string_view, 37> kEvents = {"branch_protection_rule",
                                                      "check_run",
                                                      "check_suite",
                                                      "create",
                                                      "delete",
                                                      "deployment",
                                                      "deployment_status",
                                                      "discussion",
                                                      "discussion_comment",
                                                      "fork",
                                                      "gollum",
                                                      "image_version",
                                                      "issue_comment",
                                                      "issues",
                                                      "label",
                                                      "merge_group",
                                                      "milestone",
                                                      "page_build",
                                                      "project",
                                                      "project_card",
                                                      "project_column",
                                                      "public",
                                                      "pull_request",
                                                      "pull_request_comment",
                                                      "pull_request_review",
                                                      "pull_request_review_comment",
                                                      "pull_request_target",
                                                      "push",
                                                      "registry_package",
                                                      "release",
                                                      "repository_dispatch",
                                                      "schedule",
                                                      "status",
                                                      "watch",
                                                      "workflow_call",
                                                      "workflow_dispatch",
                                                      "workflow_run"};

Status check_event(const Node& name) {
  if (text::one_of(name.text(), kEvents)) {
    return Done{};
  }
  return invalid(name, "unknown event `" + std::string(name.text()) + "`" +
                           text::did_you_mean(name.text(), kEvents));
}

Result<Input> read_input(const Node& name, const Node& node) {
  Input input;
  input.name = {std::string(name.text()), name.where()};
  if (node.is(Type::Null)) {
    return input;
  }
  if (!node.is(Type::Mapping)) {
    return unexpected(node, "inputs." + input.name.value, "a mapping");
  }
  MUSTER_CHECK_OK(
      known_keys(node, "input `" + input.name.value + "`",
                 {"description", "type", "required", "default", "options", "deprecationMessage"}));
  MUSTER_TRY(const auto type, optional_text(node, "type"));
  MUSTER_TRY(const auto required, optional_text(node, "required"));
  MUSTER_TRY(input.default_value, optional_text(node, "default"));
  MUSTER_TRY(input.options, optional_texts(node, "options"));
  input.type = type ? type->value : "string";
  input.required = required && required->value == "true";
  MUSTER_CHECK_OK(check_input(node, input));
  return input;
}

Result<std::vector<Input>> read_inputs(const Node& event) {
  std::vector<Input> inputs;
  const auto node = event.is(Type::Mapping) ? event.find("inputs") : std::nullopt;
  if (!node || node->is(Type::Null)) {
    return inputs;
  }
  if (!node->is(Type::Mapping)) {
    return unexpected(*node, "inputs", "a mapping");
  }
  for (std::size_t i = 0; i < node->size(); ++i) {
    MUSTER_TRY(Input input, read_input(node->key_at(i), node->at(i)));
    inputs.push_back(std::move(input));
  }
  return inputs;
}

Status read_filters(const Node& node, Trigger& trigger) {
  if (trigger.event.value == "schedule") {
    return check_schedule(node);
  }
  if (node.is(Type::Null)) {
    return Done{};
  }
  if (!node.is(Type::Mapping)) {
    return unexpected(node, trigger.event.value, "a mapping of filters, or nothing");
  }
  MUSTER_CHECK_OK(
      known_keys(node, "event `" + trigger.event.value + "`",
                 {"branches", "branches-ignore", "tags", "tags-ignore", "paths", "paths-ignore",
                  "types", "workflows", "inputs", "secrets", "outputs", "names", "versions"}));
  MUSTER_TRY(trigger.branches, optional_texts(node, "branches"));
  MUSTER_TRY(trigger.branches_ignore, optional_texts(node, "branches-ignore"));
  MUSTER_TRY(trigger.tags, optional_texts(node, "tags"));
  MUSTER_TRY(trigger.tags_ignore, optional_texts(node, "tags-ignore"));
  MUSTER_TRY(trigger.paths, optional_texts(node, "paths"));
  MUSTER_TRY(trigger.types, optional_texts(node, "types"));
  MUSTER_TRY(trigger.workflows, optional_texts(node, "workflows"));
  if (!trigger.branches.empty() && !trigger.branches_ignore.empty()) {
    return invalid(
        node,
        "`branches` and `branches-ignore` cannot stand together; use `!pattern` in `branches`");
  }
  if (!trigger.tags.empty() && !trigger.tags_ignore.empty()) {
    return invalid(node,
                   "`tags` and `tags-ignore` cannot stand together; use `!pattern` in `tags`");
  }
  return Done{};
}

Status read_event(const Node& name, const std::optional<Node>& body, Workflow& workflow) {
  if (name.is(Type::Mapping) || name.is(Type::Sequence)) {
    return unexpected(name, "on", "the name of an event");
  }
  MUSTER_CHECK_OK(check_event(name));
  Trigger trigger;
  trigger.event = {std::string(name.text()), name.where()};
  if (body) {
    MUSTER_CHECK_OK(read_filters(*body, trigger));
    if (trigger.event.value == "workflow_dispatch") {
      MUSTER_TRY(workflow.dispatch_inputs, read_inputs(*body));
    } else if (trigger.event.value == "workflow_call") {
      MUSTER_TRY(workflow.call_inputs, read_inputs(*body));
    }
  }
  workflow.triggers.push_back(std::move(trigger));
  return Done{};
}

}  // namespace

Status read_triggers(const Node& node, Workflow& workflow) {
  if (node.is(Type::Null)) {
    return unexpected(node, "on", "an event, a list of events or a mapping");
  }
  if (!node.is(Type::Mapping) && !node.is(Type::Sequence)) {
    return read_event(node, std::nullopt, workflow);
  }
  for (std::size_t i = 0; i < node.size(); ++i) {
    const bool mapping = node.is(Type::Mapping);
    const Node name = mapping ? node.key_at(i) : node.at(i);
    const auto body = mapping ? std::optional<Node>(node.at(i)) : std::nullopt;
    MUSTER_CHECK_OK(read_event(name, body, workflow));
  }
  return Done{};
}

}  // namespace muster::workflow
