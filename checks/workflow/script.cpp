// Each step's script is read once; variables that the file spells out are known to it.
#include "checks/workflow/script.h"

#include <algorithm>
#include <array>

#include "checks/text/ascii.h"
#include "checks/workflow/expression.h"
#include "checks/workflow/jobs.h"

namespace muster::workflow {
namespace {

/// An action that runs a script which it is given.
struct ScriptAction {
  std::string_view name;
  std::string_view input;
  bool remote = false;
};

constexpr std::array<ScriptAction, 7> kScriptActions = {{
    {"appleboy/ssh-action", "script", true},
    {"garygrossgarten/github-action-ssh", "command", true},
    {"fifsky/ssh-action", "command", true},
    {"nick-fields/retry", "command", false},
    {"nick-invision/retry", "command", false},
    {"Wandalen/wretry.action", "command", false},
    {"addnab/docker-run-action", "run", false},
}};

void add_literals(const std::vector<Entry>& env, Variables& known) {
  for (const Entry& entry : env) {
    if (!has_expression(entry.value.value)) {
      known.insert_or_assign(entry.name.value, entry.value.value);
    } else {
      known.erase(entry.name.value);
    }
  }
}

/// Variables of the step whose values stand in the file; those that a step of the job writes into
/// `$GITHUB_ENV` are not told apart.
Variables known_variables(const Workflow& workflow, const Job& job, const Step& step) {
  Variables known;
  add_literals(workflow.env, known);
  add_literals(job.env, known);
  add_literals(step.env, known);
  return known;
}

/// `python`, `pwsh {0}`: the program that reads the step's script; empty for the default.
std::string_view shell_of(const Workflow& workflow, const Job& job, const Step& step) {
  const Text* shell = step.shell               ? &*step.shell
                      : job.default_shell      ? &*job.default_shell
                      : workflow.default_shell ? &*workflow.default_shell
                                               : nullptr;
  const std::string_view text = shell != nullptr ? std::string_view(shell->value) : "";
  return text.substr(0, text.find(' '));
}

bool is_other_language(std::string_view shell) {
  static constexpr std::array<std::string_view, 4> kOther = {"node", "perl", "ruby", "cmd"};
  return shell.starts_with("python") || text::one_of(shell, kOther);
}

SourceRef place_in(const Step& step, const Text& script, std::size_t begin, std::size_t end) {
  return &script == &step.run && step.run_node ? step.run_node->where(begin, end) : script.where;
}

void add_script(const Step& step, const Text& text, const Variables& known, bool remote,
                JobScript& all) {
  Script script = read_script(text.value, known);
  for (Command& command : script.commands) {
    const SourceRef where = place_in(step, text, command.begin, command.end);
    command.remote = command.remote || remote;
    all.commands.push_back({&step, std::move(command), where});
  }
  for (const OpenText& open : script.open) {
    all.open.push_back({&step, place_in(step, text, open.begin, open.end),
                        "runs " + open.what + ", which is not written out in the file"});
  }
}

}  // namespace

ScriptInput script_input(const Step& step) {
  const std::string_view name =
      std::string_view(step.uses.value).substr(0, step.uses.value.find('@'));
  const auto* const found =
      std::find_if(kScriptActions.begin(), kScriptActions.end(),
                   [&](const ScriptAction& action) { return action.name == name; });
  return found == kScriptActions.end() ? ScriptInput{}
                                       : ScriptInput{step.input(found->input), found->remote};
}

JobScript JobScript::build(const Workflow& workflow, const Job& job) {
  JobScript all;
  for (const Step* step : all_steps(job)) {
    const ScriptInput given = script_input(*step);
    const Variables known = known_variables(workflow, job, *step);
    if (given.text != nullptr) {
      add_script(*step, *given.text, known, given.remote, all);
      continue;
    }
    const std::string_view shell = shell_of(workflow, job, *step);
    if (step->kind == Step::Kind::Run && !is_other_language(shell)) {
      add_script(*step, step->run, known, false, all);
    }
    if (shell == "pwsh" || shell == "powershell") {
      // `$x = …` is an assignment there, not a program.
      std::erase_if(all.open, [&](const OpenRun& open) { return open.step == step; });
    }
  }
  return all;
}

}  // namespace muster::workflow
