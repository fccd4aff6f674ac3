#include "checks/workflow/smoke.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "checks/core/model.h"
#include "checks/text/ascii.h"
#include "checks/workflow/deployments.h"
#include "checks/workflow/mentions.h"
#include "checks/workflow/open_condition.h"
#include "checks/workflow/shell_program.h"
#include "checks/workflow/shell_signal.h"
#include "checks/workflow/shell_wrap.h"

namespace muster::workflow {
namespace {

using SmokeWords = std::vector<std::string>;

struct SmokeTable {
  SmokeWords requests;
  SmokeWords runners;
  SmokeWords commands;
  SmokeWords names;
  SmokeWords other_services;
  SmokeWords local_hosts;
};

const SmokeTable& smoke_table() {
  static const SmokeTable kTable = [] {
    const text::Node smoke = *recognition_data().root().find("smoke");
    return SmokeTable{smoke.texts_under("requests"),       smoke.texts_under("runners"),
                      smoke.texts_under("commands"),       smoke.texts_under("names"),
                      smoke.texts_under("other_services"), smoke.texts_under("local_hosts")};
  }();
  return kTable;
}

bool is_option(const std::string& word) {
  return word.size() > 1 && word[0] == '-';
}

/// `-f`, also among joined short options: `-sSf`.
bool has_short(const SmokeWords& words, char letter) {
  return std::ranges::any_of(words, [&](const std::string& word) {
    return is_option(word) && word[1] != '-' && word.find(letter) != std::string::npos;
  });
}

bool has_long(const SmokeWords& words, std::string_view name) {
  return std::ranges::any_of(words,
                             [&](const std::string& word) { return word.starts_with(name); });
}

/// Whether `curl` and `wget` only put a file somewhere.
bool is_download(const SmokeWords& words) {
  if (program_name(words[0]) == "wget") {
    return !has_long(words, "--spider") && !has_short(words, 'O');
  }
  if (program_name(words[0]) != "curl" || has_short(words, 'w') || has_long(words, "--write-out")) {
    return false;
  }
  for (std::size_t i = 1; i + 1 < words.size(); ++i) {
    const bool output = words[i] == "--output" ||
                        (is_option(words[i]) && words[i][1] != '-' && words[i].ends_with('o'));
    if (output) {
      return words[i + 1] != "/dev/null" && words[i + 1] != "-";
    }
  }
  return has_short(words, 'O') || has_long(words, "--remote-name");
}

bool asks_elsewhere(const SmokeWords& words, bool remote) {
  const SmokeTable& table = smoke_table();
  const bool other = std::ranges::any_of(words, [&](const std::string& word) {
    return text::contains_any(text::lower(word), table.other_services);
  });
  const bool local = !remote && std::ranges::any_of(words, [&](const std::string& word) {
    return text::contains_any(text::lower(word), table.local_hosts);
  });
  const bool place = std::any_of(words.begin() + 1, words.end(), [](const std::string& word) {
    return !is_option(word) && word.find_first_of(".$:") != std::string::npos;
  });
  return place && !other && !local && !is_download(words);
}

/// `./smoke.sh`, `make health-check`, `npm run e2e`
bool is_named_smoke(const SmokeWords& words) {
  static const SmokeWords kCallers = {"make", "npm", "yarn", "pnpm", "bash", "sh", "just", "task"};
  const bool caller = text::one_of(program_name(words[0]), kCallers);
  const std::size_t looked = caller ? std::min<std::size_t>(words.size(), 4) : 1;
  return std::any_of(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(looked),
                     [](const std::string& word) {
                       return !is_option(word) &&
                              text::contains_any(text::lower(program_name(word)),
                                                 smoke_table().names);
                     });
}

/// Whether an HTTP error makes the command itself fail.
bool fails_on_status(const SmokeWords& words) {
  return program_name(words[0]) != "curl" || has_short(words, 'f') || has_long(words, "--fail");
}

bool is_quiet(const SmokeWords& words, bool remote) {
  return is_smoke(words, remote) && !fails_on_status(words);
}

/// What the script makes of a failure.
SmokeVerdict judge_script(const std::string& script, const ShellOptions& options) {
  const ShellProgram all =
      compile_shell(script, options, [](const SmokeWords& words) { return is_smoke(words, true); });
  const Signal by_status = signal_of(all, Failing::Status);
  if (by_status.kind == Signal::Kind::Unknown) {
    return {SmokeStrength::Unknown, "its script holds " + by_status.why};
  }
  if (by_status.kind == Signal::Kind::Hangs) {
    return {SmokeStrength::CannotFail,
            "it goes on for as long as the service is down, until the job's time is over"};
  }
  if (signal_of(all, Failing::Output).kind == Signal::Kind::Reaches) {
    return {};
  }
  if (by_status.kind != Signal::Kind::Reaches) {
    return {SmokeStrength::CannotFail, "the script ends with 0 whether or not the service answers"};
  }
  const ShellProgram loud = compile_shell(script, options, [](const SmokeWords& words) {
    return is_smoke(words, true) && !is_quiet(words, true);
  });
  if (!loud.has_asked || signal_of(loud, Failing::Status).kind != Signal::Kind::Reaches) {
    return {SmokeStrength::Weak,
            "`curl` without `--fail` ends with 0 on HTTP 500, and nothing looks at the answer"};
  }
  return {};
}

/// Whether the run goes on when the step has failed; nothing where that depends on a value that is
/// not known.
std::optional<bool> goes_on(const JobRun& run, const Intent& intent, const Step& step) {
  const auto flag = [](const std::optional<Text>& text) { return text ? &*text : nullptr; };
  const auto of_step = is_set(flag(step.continue_on_error), run.scope(intent, &step));
  const auto of_job = is_set(flag(run.job->continue_on_error), run.scope(intent));
  if (of_step == true || of_job == true) {
    return true;
  }
  return of_step && of_job ? std::optional(false) : std::nullopt;
}

/// Whether a condition holds when the step with this outcome has failed and nothing else has; what
/// else it asks counts against it.
bool holds_after(const Text& condition, const std::string& outcome) {
  return OpenCondition::parse(&condition.value).holds([&](const ConditionPart& part) {
    return part.text == "always()" || part.text == "success()" ||
           (part.name == outcome && part.literal == "failure") ||
           part.text == outcome + " != 'success'";
  });
}

SmokeVerdict judge_step(const JobRun& run, const Intent& intent, const Step& step) {
  const auto options = shell_options(shell_text(*run.workflow, *run.job, step));
  const auto tolerated = goes_on(run, intent, step);
  if (!tolerated) {
    return {SmokeStrength::Unknown, "`continue-on-error` depends on a value nobody knows"};
  }
  const auto told = *tolerated && !run.job->continue_on_error ? is_told_later(run, step)
                                                              : std::optional(!*tolerated);
  if (told == false) {
    return {SmokeStrength::CannotFail, "`continue-on-error` lets the run go on"};
  }
  if (!told) {
    return {SmokeStrength::Unknown,
            "`continue-on-error` lets the run go on, and a later step looks at its outcome"};
  }
  if (!options) {
    return {SmokeStrength::Unknown, "its script is for a shell that is not followed"};
  }
  return judge_script(step.run.value, *options);
}

/// The smoke tests of one run.
std::vector<SmokeStep> smoke_steps(const JobRun& run, const Intent& intent) {
  std::vector<SmokeStep> found;
  for (const StepCommand& item : run.script->commands) {
    const bool own = item.step->kind == Step::Kind::Run &&
                     item.via.size() == run.script->calls_of(item.step).size();
    if (!own || !is_smoke(item.command.words, item.command.remote) ||
        run.is_for_failure(*item.step)) {
      continue;
    }
    if (found.empty() || found.back().step != item.step) {
      found.push_back({item.step, {}, judge_step(run, intent, *item.step)});
    }
    found.back().commands.push_back(&item);
  }
  return found;
}

/// The first command of the smoke test behind the deployment, which is in the same job.
const StepCommand* first_behind(const SmokeStep& smoke, const Deploy& deploy, const JobRun& run) {
  if (smoke.step != deploy.step) {
    const auto& steps = run.script->steps;
    const bool behind =
        std::ranges::find(steps, deploy.step) < std::ranges::find(steps, smoke.step);
    return behind ? smoke.commands.front() : nullptr;
  }
  const auto found = std::ranges::find_if(smoke.commands, [&](const StepCommand* command) {
    return deploy.where.span < command->where.span;
  });
  return found == smoke.commands.end() ? nullptr : *found;
}

/// Keeps the stronger one; of equals the first.
void keep_best(std::optional<SmokeBehind>& best, const StepCommand* command,
               const SmokeStep& smoke) {
  if (command != nullptr && (!best || best->verdict->strength < smoke.verdict.strength)) {
    best = {command, &smoke.verdict};
  }
}

}  // namespace

std::optional<bool> is_told_later(const JobRun& run, const Step& tolerated) {
  const std::string outcome =
      tolerated.id ? "steps." + text::lower(tolerated.id->value) + ".outcome" : std::string();
  const auto& steps = run.script->steps;
  std::optional<bool> told = false;
  for (auto at = std::ranges::find(steps, &tolerated) + 1; tolerated.id && at != steps.end();
       ++at) {
    const Step& step = **at;
    const auto options = shell_options(shell_text(*run.workflow, *run.job, step));
    const bool asks = step.condition && holds_after(*step.condition, outcome);
    if (asks && step.kind == Step::Kind::Run && options &&
        only_ends_well(
            compile_shell(step.run.value, *options, [](const auto&) { return false; })) == false) {
      return true;
    }
    const std::string texts = step_texts(step);
    const bool script = asks && texts.find("setFailed") != std::string::npos;
    told = script || reads(names_read(texts, false), outcome) ? std::nullopt : told;
  }
  return told;
}

std::optional<ShellOptions> shell_options(std::string_view shell) {
  if (shell.empty() || shell == "sh") {
    return ShellOptions{true, false};
  }
  if (shell == "bash") {
    return ShellOptions{true, true};
  }
  const std::string_view program = shell.substr(0, shell.find(' '));
  if (program != "bash" && program != "sh" && program != "zsh") {
    return std::nullopt;
  }
  const bool errexit = shell.find(" -e") != std::string_view::npos ||
                       shell.find("errexit") != std::string_view::npos;
  return ShellOptions{errexit, shell.find("pipefail") != std::string_view::npos};
}

bool is_smoke(const SmokeWords& words, bool remote) {
  if (words.empty()) {
    return false;
  }
  const SmokeTable& table = smoke_table();
  const std::string_view program = program_name(words[0]);
  if (text::one_of(program, table.requests)) {
    return asks_elsewhere(words, remote);
  }
  const Command command{words, 0, 0, false};
  return text::one_of(program, table.runners) || command.starts_with_any(table.commands) ||
         is_named_smoke(words);
}

SmokeTests SmokeTests::build(const AuditInput& input) {
  SmokeTests tests;
  for (const JobRun& run : input.model<JobRuns>().all()) {
    std::vector<SmokeStep> found = smoke_steps(run, input.intent());
    if (!found.empty()) {
      tests.by_run_.emplace(run.recognised, std::move(found));
    }
  }
  return tests;
}

const std::vector<SmokeStep>& SmokeTests::in(const JobRun& run) const {
  static const std::vector<SmokeStep> kNone;
  const auto found = by_run_.find(run.recognised);
  return found == by_run_.end() ? kNone : found->second;
}

std::optional<SmokeBehind> SmokeTests::best_behind(const DeployingRun& deploying,
                                                   const JobRuns& runs) const {
  const JobRun& run = *deploying.run;
  std::optional<SmokeBehind> best;
  for (const SmokeStep& smoke : in(run)) {
    keep_best(best, first_behind(smoke, deploying.deploys.front().deploy, run), smoke);
  }
  for (const JobRun* later : runs.in(*run.workflow)) {
    const bool together = later->entry == run.entry && later->callers == run.callers;
    if (together && run.workflow->waits_for(*later->job, *run.job)) {
      for (const SmokeStep& smoke : in(*later)) {
        keep_best(best, smoke.commands.front(), smoke);
      }
    }
  }
  return best;
}

}  // namespace muster::workflow

template std::shared_ptr<const void> muster::built<muster::workflow::SmokeTests>(const AuditInput&);
