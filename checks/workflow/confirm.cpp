// What conditions, and the steps in front of a deploy, make of a wrong word.
#include "checks/workflow/confirm.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "checks/text/ascii.h"
#include "checks/workflow/mentions.h"
#include "checks/workflow/reach.h"

namespace muster::workflow {

bool asks_to_confirm(std::string_view name) {
  static constexpr std::array<std::string_view, 5> kSigns = {
      "confirm", "are_you_sure", "are-you-sure", "i_am_sure", "acknowledge"};
  return text::contains_any(text::lower(name), kSigns);
}

bool wants_confirmation(const DeployingRun& run, const Presented& start, const Intent& intent) {
  const EnvironmentClass kind = class_at(run, start, intent);
  return start.event == "workflow_dispatch" &&
         (kind == EnvironmentClass::Production || kind == EnvironmentClass::Unknown);
}

namespace {

/// A text that nobody is asked to type.
constexpr std::string_view kWrong = "a word that nobody is asked for";

using Effect = Confirmation;

/// One input of one deploying run. `tainted` are the names that carry the input in the workflow of
/// the job: of its expressions, and of shell variables.
class ConfirmJudge {
 public:
  ConfirmJudge(const JobRuns& jobs, const ConfirmQuestion& asked, const Intent& intent)
      : jobs_(jobs), run_(asked.run), deploy_(asked.deploy), input_(asked.input), intent_(intent) {}

  ConfirmVerdict judge(const std::vector<const Presented*>& starts);

 private:
  [[nodiscard]] std::vector<std::string> wrong_values() const;
  [[nodiscard]] Moment moment_of(const Presented& start, std::string_view value) const;
  [[nodiscard]] bool refused_by_condition(const Presented& start) const;
  [[nodiscard]] std::set<std::string> carriers(std::size_t calls) const;
  [[nodiscard]] bool may_be_refused(const Presented& start) const;
  [[nodiscard]] ConfirmVerdict steps_before() const;
  void judge_job(const JobRun& run, const std::set<std::string>& carriers, bool whole,
                 ConfirmVerdict& verdict) const;
  [[nodiscard]] ConfirmVerdict judge_step(const JobRun& run, const Step& step,
                                          const std::set<std::string>& carriers,
                                          std::size_t end) const;

  const JobRuns& jobs_;
  const DeployingRun& run_;
  const TimedDeploy& deploy_;
  const Input& input_;
  const Intent& intent_;
};

bool carries(std::string_view text, bool bare, const std::set<std::string>& carriers) {
  const auto names = names_read(text, bare);
  return std::any_of(carriers.begin(), carriers.end(),
                     [&](const std::string& carrier) { return reads(names, carrier); });
}

std::vector<std::string> ConfirmJudge::wrong_values() const {
  if (input_.type == "boolean") {
    return {"false"};
  }
  if (input_.type != "choice") {
    return {std::string(kWrong)};
  }
  std::vector<std::string> options;
  options.reserve(input_.options.size());
  for (const Text& option : input_.options) {
    options.push_back(option.value);
  }
  return options;
}

/// The start with this value of the input.
Moment ConfirmJudge::moment_of(const Presented& start, std::string_view value) const {
  Moment moment = start.moment();
  std::erase_if(moment.choices, [&](const Choice& choice) {
    return choice.job == nullptr && text::equals_ignoring_case(choice.name, input_.name.value);
  });
  moment.choices.push_back({nullptr, input_.name.value, std::string(value)});
  return moment;
}

/// Whether the conditions cannot hold while the input is wrong. One of several options is enough:
/// the others are what may be chosen.
bool ConfirmJudge::refused_by_condition(const Presented& start) const {
  JobRun at = *run_.run;
  at.asked = deploy_.deploy.step;
  const auto values = wrong_values();
  return std::any_of(values.begin(), values.end(), [&](const std::string& value) {
    return !can_run(at, intent_, moment_of(start, value));
  });
}

/// The names that carry the input inside the workflow that is `calls` deep.
std::set<std::string> ConfirmJudge::carriers(std::size_t calls) const {
  const std::string own = text::lower(input_.name.value);
  const std::string event_name = "github.event.inputs." + own;
  std::set<std::string> names{"inputs." + own, event_name};
  for (std::size_t i = 0; i < calls; ++i) {
    std::set<std::string> inner{event_name};
    for (const Entry& entry : run_.run->callers[i].second->with) {
      if (carries(entry.value.value, false, names)) {
        inner.insert("inputs." + text::lower(entry.name.value));
      }
    }
    names = std::move(inner);
  }
  return names;
}

/// Adds the variables of an `env` block that carry the input.
void add_variables(const std::vector<Entry>& env, std::set<std::string>& carriers) {
  for (const Entry& entry : env) {
    if (carries(entry.value.value, false, carriers)) {
      carriers.insert("env." + text::lower(entry.name.value));
    }
  }
}

/// Whether the script reads one of the shell variables.
bool reads_variable(std::string_view script, const std::vector<Entry>& env,
                    const std::set<std::string>& carriers) {
  return std::any_of(env.begin(), env.end(), [&](const Entry& entry) {
    const std::string& name = entry.name.value;
    return carriers.contains("env." + text::lower(name)) &&
           (script.find("$" + name) != std::string_view::npos ||
            script.find("${" + name) != std::string_view::npos);
  });
}

/// Whether the text between two commands is the beginning of a line: a test there ends a script
/// that runs with `-e`.
bool begins_line(std::string_view script, std::size_t at) {
  const std::size_t line = script.substr(0, at).rfind('\n') + 1;
  return text::trim(script.substr(line, at - line)).empty();
}

bool is_test(const std::string& program) {
  return program == "[" || program == "[[" || program == "test";
}

/// What a command of a step that sees the input makes of it.
Effect effect_of(const Command& command, std::string_view script) {
  static constexpr std::array<std::string_view, 8> kHarmless = {"exit", "return", "set", "tee",
                                                                "cat",  "grep",   "tr",  "cd"};
  const std::string program = command.words.empty() ? "" : command.words.front();
  if (program == "false" || ((program == "exit" || program == "return") &&
                             (command.words.size() < 2 || command.words[1] != "0"))) {
    return Effect::Holds;
  }
  if (is_test(program)) {
    const std::string_view rest = script.substr(std::min(command.end, script.size()));
    const std::string_view line = rest.substr(0, rest.find('\n'));
    const std::string_view here = text::trim(script.substr(command.begin));
    const bool alone = begins_line(script, command.begin) && here.starts_with(program) &&
                       line.find("||") == std::string_view::npos &&
                       line.find("&&") == std::string_view::npos;
    return alone ? Effect::Holds : Effect::None;
  }
  return text::one_of(program, kHarmless) ? Effect::None : Effect::Unknown;
}

/// What a step makes of the input, up to byte `end` of its script.
ConfirmVerdict ConfirmJudge::judge_step(const JobRun& run, const Step& step,
                                        const std::set<std::string>& outer, std::size_t end) const {
  std::set<std::string> carriers = outer;
  add_variables(step.env, carriers);
  std::vector<Entry> env = step.env;
  env.insert(env.end(), run.job->env.begin(), run.job->env.end());
  env.insert(env.end(), run.workflow->env.begin(), run.workflow->env.end());
  const std::string_view script = std::string_view(step.run.value).substr(0, end);
  const bool passed = std::any_of(step.with.begin(), step.with.end(), [&](const Entry& entry) {
    return carries(entry.value.value, false, carriers);
  });
  const bool seen = carries(script, false, carriers) || reads_variable(script, env, carriers);
  const bool masked = step.continue_on_error && step.continue_on_error->value == "true";
  if ((!seen && !passed) || masked) {
    return {};
  }
  const std::string unknown =
      "whether `" + step.anchor() + "` refuses a wrong `" + input_.name.value + "` cannot be told";
  ConfirmVerdict verdict{passed ? Effect::Unknown : Effect::None, false, unknown};
  bool compared = script.find("case ") != std::string_view::npos;
  for (const StepCommand& item : run.script->commands) {
    if (item.step != &step || !item.via.empty() || item.command.begin >= script.size()) {
      continue;
    }
    verdict.effect = std::max(verdict.effect, effect_of(item.command, script));
    const auto& words = item.command.words;
    compared = compared || std::any_of(words.begin(), words.end(), [&](const std::string& word) {
                 return carries(word, false, carriers) || reads_variable(word, env, carriers);
               });
  }
  // It ends with an error, but perhaps because of something else.
  if (verdict.effect == Effect::Holds && !compared) {
    verdict.effect = Effect::Unknown;
  }
  // The deploy may stand inside the comparison.
  if (verdict.effect == Effect::None && compared && end != std::string::npos) {
    verdict.effect = Effect::Unknown;
  }
  return verdict;
}

/// The steps of one job; of the deploying job those in front of the deploy.
void ConfirmJudge::judge_job(const JobRun& run, const std::set<std::string>& outer, bool whole,
                             ConfirmVerdict& verdict) const {
  std::set<std::string> carriers = outer;
  add_variables(run.workflow->env, carriers);
  add_variables(run.job->env, carriers);
  const Deploy& deploy = deploy_.deploy;
  for (const Step* step : run.script->steps) {
    const bool last = !whole && step == deploy.step;
    const std::size_t end = !last ? std::string::npos
                            : deploy.command != nullptr && deploy.via.empty()
                                ? deploy.command->command.begin
                                : 0;
    ConfirmVerdict found = judge_step(run, *step, carriers, end);
    if (found.effect > verdict.effect) {
      verdict = std::move(found);
    }
    if (last) {
      break;
    }
  }
}

/// Steps of the deploying job, and of the jobs that it needs.
ConfirmVerdict ConfirmJudge::steps_before() const {
  ConfirmVerdict verdict;
  const JobRun& run = *run_.run;
  const auto names = carriers(run.callers.size());
  judge_job(run, names, false, verdict);
  for (const Job* job : run.workflow->needed_by(*run.job)) {
    for (const JobRun* other : jobs_.in(*run.workflow)) {
      if (other->job == job && other->callers == run.callers && other->entry == run.entry) {
        judge_job(*other, names, true, verdict);
      }
    }
    if (verdict.effect == Effect::None && job->calls_workflow() &&
        std::any_of(job->with.begin(), job->with.end(),
                    [&](const Entry& entry) { return carries(entry.value.value, false, names); })) {
      verdict = {
          Effect::Unknown, false,
          "job `" + job->id.value + "` passes `" + input_.name.value + "` to another workflow"};
    }
  }
  return verdict;
}

/// Whether a condition can be false.
bool may_be_false(const std::string& condition, const Scope& scope) {
  const auto expression = whole_expression(text::trim(condition));
  return expression && may_hold("!(" + std::string(*expression) + ")", scope);
}

/// Whether some condition on the way to the deploy reads the input and may refuse a wrong one.
bool ConfirmJudge::may_be_refused(const Presented& start) const {
  const JobRun& run = *run_.run;
  const Moment moment = moment_of(start, wrong_values().front());
  const auto asks = [&](const std::optional<Text>& condition, std::size_t calls,
                        const Scope& scope) {
    return condition && carries(condition->value, true, carriers(calls)) &&
           may_be_false(condition->value, scope);
  };
  const std::size_t depth = run.callers.size();
  for (std::size_t calls = 0; calls < depth; ++calls) {
    const Job& job = *run.callers[calls].second;
    if (asks(job.condition, calls, run.outer_scope(intent_, job, calls, moment))) {
      return true;
    }
  }
  for (const Text& need : run.job->needs) {
    const Job* job = run.workflow->find_job(need.value);
    if (job != nullptr &&
        asks(job->condition, depth, run.outer_scope(intent_, *job, depth, moment))) {
      return true;
    }
  }
  const Step* step = deploy_.deploy.step;
  return asks(run.job->condition, depth, run.outer_scope(intent_, *run.job, depth, moment)) ||
         asks(step->condition, depth, run.scope(intent_, step, moment));
}

ConfirmVerdict ConfirmJudge::judge(const std::vector<const Presented*>& starts) {
  const bool refused = std::all_of(starts.begin(), starts.end(), [&](const Presented* start) {
    return refused_by_condition(*start);
  });
  ConfirmVerdict steps = steps_before();
  if (steps.effect == Effect::Holds) {
    return steps;
  }
  if (refused) {
    return {Effect::Holds, input_.type != "boolean" && input_.type != "choice", ""};
  }
  if (steps.effect == Effect::None &&
      std::any_of(starts.begin(), starts.end(),
                  [&](const Presented* start) { return may_be_refused(*start); })) {
    return {Effect::Unknown, false,
            "a condition reads `" + input_.name.value +
                "` together with something that is only known when it runs"};
  }
  return steps;
}

}  // namespace

ConfirmVerdict confirm_verdict(const JobRuns& jobs, const ConfirmQuestion& asked,
                               const std::vector<const Presented*>& starts, const Intent& intent) {
  return ConfirmJudge(jobs, asked, intent).judge(starts);
}

ConfirmedBy confirmed_by(const JobRuns& jobs, const DeployingRun& run, const Presented& start,
                         const Intent& intent) {
  ConfirmedBy best;
  for (const Input& input : run.run->entry->dispatch_inputs) {
    if (start.event != "workflow_dispatch" || !asks_to_confirm(input.name.value)) {
      continue;
    }
    ConfirmedBy weakest{Confirmation::Holds, &input, ""};
    for (const TimedDeploy& timed : run.deploys) {
      ConfirmVerdict verdict = confirm_verdict(jobs, {run, timed, input}, {&start}, intent);
      if (verdict.effect < weakest.effect) {
        weakest = {verdict.effect, &input, std::move(verdict.reason)};
      }
    }
    if (best.input == nullptr || weakest.effect > best.effect) {
      best = std::move(weakest);
    }
  }
  return best;
}

}  // namespace muster::workflow
