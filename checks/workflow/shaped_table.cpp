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
  std::vector<TreeRunner> runners;
  std::vector<std::string> running_actions;
  std::vector<std::string> oidc_actions;
  std::vector<std::string> oidc_words;
  std::vector<std::string> token_free_actions;
  std::vector<std::string> token_words;
};

Hand hand_of(std::string_view word) {
  return word == "writer"       ? Hand::Writer
         : word == "dispatcher" ? Hand::Dispatcher
         : word == "merged"     ? Hand::Merged
         : word == "fork"       ? Hand::Fork
                                : Hand::Outsider;
}

Form form_of(std::string_view word) {
  return word == "ref"          ? Form::Ref
         : word == "commit"     ? Form::Commit
         : word == "branch"     ? Form::Branch
         : word == "repository" ? Form::Repository
         : word == "number"     ? Form::Number
         : word == "run"        ? Form::Run
                                : Form::Text;
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
            {path_parts(path), hand_of(row.text_under("by")), form_of(row.text_under("form"))});
      }
    }
  });
  each_row(root, "action_outputs", [&](const text::Node& row) {
    table.outputs.push_back({row.text_under("action"),
                             row.texts_under("outputs"),
                             {{}, hand_of(row.text_under("by")), form_of(row.text_under("form"))}});
  });
  each_row(root, "script_inputs", [&](const text::Node& row) {
    table.programs.push_back(
        {row.text_under("action"), row.text_under("input"), row.text_under("language")});
  });
  each_row(root, "tree_commands", [&](const text::Node& row) {
    table.runners.push_back(
        {row.text_under("command"), row.texts_under("needs"), row.texts_under("unless")});
  });
  table.running_actions = root.texts_under("tree_actions");
  table.oidc_actions = root.texts_under("oidc_actions");
  table.oidc_words = root.texts_under("oidc_words");
  table.token_free_actions = root.texts_under("token_free_actions");
  table.token_words = root.texts_under("token_words");
  return table;
}

const ShapedTable& shaped_table() {
  static const ShapedTable kTable = read_shaped_table();
  return kTable;
}

std::string used_action(const Step& step) {
  return text::lower(action_name(step));
}

/// Whether one of the words stands in the step's script, inputs or variables.
bool says_any(const Step& step, const std::vector<std::string>& words) {
  const auto any = [&](const std::vector<Entry>& entries) {
    return std::any_of(entries.begin(), entries.end(), [&](const Entry& entry) {
      return text::contains_any(entry.name.value, words) ||
             text::contains_any(entry.value.value, words);
    });
  };
  return text::contains_any(step.run.value, words) || any(step.env) || any(step.with);
}

/// Whether strangers can start a workflow that this one waits for. One that is not here may be
/// anything.
bool strangers_start_parent(const Trigger& trigger, const Workflows& workflows) {
  for (const Text& name : trigger.workflows) {
    const auto parent = std::find_if(workflows.all().begin(), workflows.all().end(),
                                     [&](const Workflow& one) { return one.goes_by(name.value); });
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

std::vector<ShapedValue> shaped_by_action(const Step& step, std::string_view output) {
  std::vector<ShapedValue> found;
  for (const OutputRow& row : shaped_table().outputs) {
    if (used_action(step) == row.action && text::one_of(output, row.outputs)) {
      found.push_back(row.value);
    }
  }
  return found;
}

const std::vector<TreeRunner>& tree_runners() {
  return shaped_table().runners;
}

bool runs_tree(const Step& step) {
  return text::one_of(used_action(step), shaped_table().running_actions);
}

bool may_use_oidc(const Step& step) {
  return text::one_of(used_action(step), shaped_table().oidc_actions) ||
         says_any(step, shaped_table().oidc_words);
}

bool may_write_with_token(const Step& step) {
  const bool action = step.kind == Step::Kind::Uses && !step.uses.value.starts_with("./") &&
                      !step.uses.value.starts_with("$/");
  return (action && !text::one_of(used_action(step), shaped_table().token_free_actions)) ||
         says_any(step, shaped_table().token_words);
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
