// Reads the table once.
#include "checks/workflow/shaped_table.h"

#include <algorithm>
#include <map>

#include "checks/core/rule.h"
#include "checks/text/ascii.h"
#include "checks/workflow/script.h"

namespace muster::workflow {
namespace {

struct StartRow {
  std::string started_by;
  std::string act;
};

struct OutputRow {
  std::string action;
  std::vector<std::string> outputs;
  ShapedValue value;
};

struct ProgramRow {
  std::string action;
  std::string input;
  std::string language;
};

struct ShapedTable {
  std::map<std::string, StartRow, std::less<>> events;
  std::map<std::string, std::vector<ShapedValue>, std::less<>> values;
  std::vector<OutputRow> outputs;
  std::vector<ProgramRow> programs;
};

Hand hand_of(std::string_view word) {
  return word == "writer"       ? Hand::Writer
         : word == "dispatcher" ? Hand::Dispatcher
         : word == "merged"     ? Hand::Merged
         : word == "fork"       ? Hand::Fork
                                : Hand::Outsider;
}

/// Calls `read` with each row of a list.
template <class Read>
void each_row(const text::Node& root, std::string_view key, const Read& read) {
  const auto list = root.find(key);
  for (std::size_t i = 0; list && i < list->size(); ++i) {
    read(list->at(i));
  }
}

ShapedTable read_shaped_table() {
  constexpr std::string_view kName = "workflow-shaped-values.json";
  const auto tree = text::parse_json(std::string(data_file(kName)), SourceId(std::string(kName)));
  const text::Node root = tree.value().root();
  ShapedTable table;
  each_row(root, "events", [&](const text::Node& row) {
    table.events[row.text_under("event")] = {row.text_under("started_by"), row.text_under("act")};
  });
  each_row(root, "values", [&](const text::Node& row) {
    for (const std::string& event : row.texts_under("events")) {
      for (const std::string& path : row.texts_under("paths")) {
        table.values[event].push_back(
            {path_parts(path), hand_of(row.text_under("by")), row.text_under("form") == "ref"});
      }
    }
  });
  each_row(root, "action_outputs", [&](const text::Node& row) {
    table.outputs.push_back({row.text_under("action"),
                             row.texts_under("outputs"),
                             {{}, hand_of(row.text_under("by")), row.text_under("form") == "ref"}});
  });
  each_row(root, "script_inputs", [&](const text::Node& row) {
    table.programs.push_back(
        {row.text_under("action"), row.text_under("input"), row.text_under("language")});
  });
  return table;
}

const ShapedTable& shaped_table() {
  static const ShapedTable kTable = read_shaped_table();
  return kTable;
}

std::string used_action(const Step& step) {
  return text::lower(std::string_view(step.uses.value).substr(0, step.uses.value.find('@')));
}

/// Whether strangers can start a workflow that this one waits for. One that is not here may be
/// anything.
bool strangers_start_parent(const Trigger& trigger, const Workflows& workflows) {
  for (const Text& name : trigger.workflows) {
    const auto parent =
        std::find_if(workflows.all().begin(), workflows.all().end(), [&](const Workflow& one) {
          return one.display_name() == name.value || one.source.path() == name.value;
        });
    const bool starts =
        parent == workflows.all().end() ||
        std::any_of(parent->triggers.begin(), parent->triggers.end(), [](const Trigger& one) {
          return shaped_table().events.contains(one.event.value);
        });
    if (starts) {
      return true;
    }
  }
  return trigger.workflows.empty();
}

}  // namespace

std::vector<std::string> path_parts(std::string_view name) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t dot = name.find('.');
    parts.push_back(text::lower(name.substr(0, dot)));
    if (dot == std::string_view::npos) {
      return parts;
    }
    name.remove_prefix(dot + 1);
  }
}

std::vector<ShapedValue> shaped_by_event(std::string_view event) {
  const auto found = shaped_table().values.find(event);
  return found == shaped_table().values.end() ? std::vector<ShapedValue>() : found->second;
}

const ShapedValue* shaped_by_action(const Step& step, std::string_view output) {
  for (const OutputRow& row : shaped_table().outputs) {
    if (used_action(step) == row.action &&
        std::find(row.outputs.begin(), row.outputs.end(), output) != row.outputs.end()) {
      return &row.value;
    }
  }
  return nullptr;
}

Hand starter_of(const Trigger& trigger, const Workflows& workflows) {
  const auto found = shaped_table().events.find(trigger.event.value);
  if (found == shaped_table().events.end()) {
    return Hand::Writer;
  }
  if (found->second.started_by == "parent") {
    return strangers_start_parent(trigger, workflows) ? Hand::Outsider : Hand::Writer;
  }
  return hand_of(found->second.started_by);
}

std::string_view act_of(std::string_view event) {
  const auto found = shaped_table().events.find(event);
  return found == shaped_table().events.end() ? std::string_view() : found->second.act;
}

ProgramInput program_input(const Step& step) {
  const ScriptInput script = script_input(step);
  if (script.text != nullptr) {
    return {script.text, "shell"};
  }
  const std::string action = used_action(step);
  for (const ProgramRow& row : shaped_table().programs) {
    if (action == row.action) {
      return {step.input(row.input), row.language};
    }
  }
  return {};
}

}  // namespace muster::workflow
