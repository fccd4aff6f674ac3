// Each step's script is read once; variables that the file spells out are known to it.
#include "checks/workflow/script.h"

#include <algorithm>
#include <array>

#include "checks/text/ascii.h"
#include "checks/workflow/expression.h"
#include "checks/workflow/follow.h"
#include "checks/workflow/jobs.h"

namespace muster::workflow {
namespace {

/// As deep as GitHub lets composite actions go.
constexpr std::size_t kMaxActionDepth = 10;
/// What a job may run, with all that it calls; the rest is open. Commands are compared with each
/// other.
constexpr std::size_t kMaxSteps = 2'000;
constexpr std::size_t kMaxCommands = 2'000;

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

/// `python`, `pwsh`: the program that reads the step's script; empty for the default.
std::string_view shell_of(const Workflow& workflow, const Job& job, const Step& step) {
  const std::string_view text = shell_text(workflow, job, step);
  return text.substr(0, text.find(' '));
}

bool is_other_language(std::string_view shell) {
  static constexpr std::array<std::string_view, 4> kOther = {"node", "perl", "ruby", "cmd"};
  return shell.starts_with("python") || text::one_of(shell, kOther);
}

/// A step with the actions around it.
struct PendingStep {
  const Step* step = nullptr;
  std::vector<ActionCall> calls;
};

/// Reads the steps of one job; composite actions put their steps in front of what waits.
class JobReader {
 public:
  JobReader(const Workflow& workflow, const Job& job, const Sources& sources)
      : workflow_(workflow), job_(job), sources_(sources), follower_(sources, all_) {}

  JobScript read();

 private:
  void step(const PendingStep& pending, std::vector<PendingStep>& waiting);
  void enter(const PendingStep& pending, std::vector<PendingStep>& waiting);
  void run(const Step& step, const Reading& reading);
  void stop_behind(const Step& step);
  [[nodiscard]] Reading reading_of(const PendingStep& pending) const;

  const Workflow& workflow_;
  const Job& job_;
  const Sources& sources_;
  JobScript all_;
  Follower follower_;
};

/// Inputs of an action that are written out where it is used, or are its defaults.
void add_inputs(const ActionCall& call, Variables& known) {
  for (const Input& input : call.action->inputs) {
    const Text* given = call.step->input(input.name.value);
    const Text* value = given != nullptr      ? given
                        : input.default_value ? &*input.default_value
                                              : nullptr;
    if (value != nullptr && !has_expression(value->value)) {
      known.insert_or_assign("inputs." + input.name.value, value->value);
    }
  }
}

Reading JobReader::reading_of(const PendingStep& pending) const {
  Reading reading;
  reading.step = pending.step;
  add_literals(workflow_.env, reading.known);
  add_literals(job_.env, reading.known);
  for (const ActionCall& call : pending.calls) {
    add_literals(call.step->env, reading.known);
    reading.home = folder_of(call.action->source.path());
    reading.via.push_back(call.step->uses.where);
  }
  if (!pending.calls.empty()) {
    add_inputs(pending.calls.back(), reading.known);
  }
  add_literals(pending.step->env, reading.known);
  const bool own = pending.calls.empty();
  const Text* folder = pending.step->folder              ? &*pending.step->folder
                       : own && job_.default_folder      ? &*job_.default_folder
                       : own && workflow_.default_folder ? &*workflow_.default_folder
                                                         : nullptr;
  reading.folder = folder != nullptr && !has_expression(folder->value)
                       ? path_in("", folder->value).value_or("")
                       : "";
  return reading;
}

/// The steps of a local composite action come next.
void JobReader::enter(const PendingStep& pending, std::vector<PendingStep>& waiting) {
  const std::string& uses = pending.step->uses.value;
  const auto folder = path_in("", uses.substr(2));
  const Action* action = folder ? sources_.action(*folder) : nullptr;
  if (action == nullptr || pending.calls.size() >= kMaxActionDepth) {
    all_.open.push_back({pending.step,
                         pending.step->uses.where,
                         "uses `" + uses + "`, which is not in the repository or cannot be read",
                         {},
                         false});
    return;
  }
  if (!action->is_composite) {
    all_.open.push_back({pending.step,
                         pending.step->uses.where,
                         "uses `" + uses + "`, which is a program and not a composite action",
                         {},
                         false});
    return;
  }
  std::vector<ActionCall> calls = pending.calls;
  calls.push_back({pending.step, action});
  for (auto inner = action->steps.rbegin(); inner != action->steps.rend(); ++inner) {
    Step& copy = all_.copies.emplace_back(*inner);
    copy.index = pending.step->index;
    all_.calls.emplace(&copy, calls);
    waiting.push_back({&copy, calls});
  }
}

void JobReader::run(const Step& step, const Reading& reading) {
  const std::string_view shell = shell_of(workflow_, job_, step);
  const TextPlace place{std::nullopt, &step, nullptr, {}};
  if (is_other_language(shell)) {
    follower_.read_foreign_text(step.run.value, place, reading, shell.starts_with("python"));
    return;
  }
  follower_.read(step.run.value, place, reading);
  if (shell == "pwsh" || shell == "powershell") {
    // `$x = …` is an assignment there, not a program.
    std::erase_if(all_.open, [&](const OpenRun& open) { return open.step == &step; });
  }
}

void JobReader::step(const PendingStep& pending, std::vector<PendingStep>& waiting) {
  const Step& step = *pending.step;
  all_.steps.push_back(&step);
  const ScriptInput given = script_input(step);
  Reading reading = reading_of(pending);
  if (given.text != nullptr) {
    reading.remote = given.remote;
    TextPlace place;
    place.fixed = given.text->where;
    follower_.read(given.text->value, place, reading);
  } else if (step.kind == Step::Kind::Run && step.run_node) {
    run(step, reading);
  } else if (step.uses.value.starts_with("./") || step.uses.value.starts_with("$/")) {
    enter(pending, waiting);
  }
}

/// The job runs more than is read.
void JobReader::stop_behind(const Step& step) {
  const std::size_t kept = std::min(all_.commands.size(), kMaxCommands);
  all_.commands.erase(all_.commands.begin() + static_cast<std::ptrdiff_t>(kept),
                      all_.commands.end());
  all_.open.push_back({&step,
                       step.where,
                       "runs more than " + std::to_string(kMaxCommands) +
                           " commands or steps, and what is behind them is not read",
                       {},
                       false});
}

JobScript JobReader::read() {
  std::vector<PendingStep> waiting;
  const auto steps = all_steps(job_);
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    waiting.push_back({*step, {}});
  }
  while (!waiting.empty()) {
    const PendingStep next = std::move(waiting.back());
    waiting.pop_back();
    step(next, waiting);
    const bool more = !waiting.empty() && all_.steps.size() >= kMaxSteps;
    if (more || all_.commands.size() > kMaxCommands) {
      stop_behind(*next.step);
      break;
    }
  }
  return std::move(all_);
}

}  // namespace

ScriptInput script_input(const Step& step) {
  const std::string_view name = action_name(step);
  const auto* const found =
      std::find_if(kScriptActions.begin(), kScriptActions.end(),
                   [&](const ScriptAction& action) { return action.name == name; });
  return found == kScriptActions.end() ? ScriptInput{}
                                       : ScriptInput{step.input(found->input), found->remote};
}

std::string_view shell_text(const Workflow& workflow, const Job& job, const Step& step) {
  const Text* shell = step.shell               ? &*step.shell
                      : job.default_shell      ? &*job.default_shell
                      : workflow.default_shell ? &*workflow.default_shell
                                               : nullptr;
  return shell != nullptr ? std::string_view(shell->value) : std::string_view();
}

JobScript JobScript::build(const Workflow& workflow, const Job& job, const Sources& sources) {
  JobScript script = JobReader(workflow, job, sources).read();
  for (std::size_t i = 0; i < script.commands.size(); ++i) {
    script.command_places.try_emplace(script.commands[i].step, i, i).first->second.second = i + 1;
  }
  return script;
}

std::span<const StepCommand> JobScript::commands_of(const Step& step) const {
  const auto found = command_places.find(&step);
  return found == command_places.end()
             ? std::span<const StepCommand>()
             : std::span(commands).subspan(found->second.first,
                                           found->second.second - found->second.first);
}

const std::vector<ActionCall>& JobScript::calls_of(const Step* step) const {
  static const std::vector<ActionCall> kNone;
  const auto found = calls.find(step);
  return found == calls.end() ? kNone : found->second;
}

}  // namespace muster::workflow
