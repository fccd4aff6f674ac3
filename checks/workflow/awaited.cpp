// What follows a deploy in its job and in the jobs behind it, by the dated table of waits.
#include "checks/workflow/awaited.h"

#include <algorithm>
#include <array>

#include "checks/text/ascii.h"

namespace muster::workflow {
namespace {

/// What waits for the end of some deploys.
struct Wait {
  std::vector<std::string> verbs;
  Severity severity = Severity::Medium;
  /// Each of them waits, or fails.
  std::vector<std::string> commands;
  /// Each of them tells how it is: waiting takes a loop.
  std::vector<std::string> polls;
  /// Options and the input with which the deploy waits itself.
  std::vector<std::string> options;
  std::string input;
};

Severity severity_named(std::string_view name) {
  return name == "high" ? Severity::High : name == "low" ? Severity::Low : Severity::Medium;
}

const std::vector<Wait>& waits() {
  static const std::vector<Wait> kWaits = [] {
    std::vector<Wait> rows;
    const auto list = recognition_data().root().find("waits");
    for (std::size_t i = 0; list && i < list->size(); ++i) {
      const text::Node row = list->at(i);
      rows.push_back({row.texts_under("verbs"), severity_named(row.text_under("severity")),
                      row.texts_under("commands"), row.texts_under("polls"),
                      row.texts_under("options"), row.text_under("input")});
    }
    return rows;
  }();
  return kWaits;
}

/// Null for a deploy that waits itself.
const Wait* wait_for(const Deploy& deploy) {
  const auto found = std::find_if(waits().begin(), waits().end(), [&](const Wait& wait) {
    return text::one_of(deploy.verb, wait.verbs);
  });
  return found == waits().end() ? nullptr : &*found;
}

/// Whether the script goes round, or at least gives the deploy some time.
bool has_loop(std::string_view script) {
  static constexpr std::array<std::string_view, 5> kSigns = {"while ", "until ", "for ", "sleep ",
                                                             "watch "};
  return text::contains_any(script, kSigns);
}

bool contains_word(std::string_view text, std::string_view word) {
  return text.find(word) != std::string_view::npos;
}

FollowUp by_command(const StepCommand& item, const Wait& wait) {
  if (item.command.starts_with_any(wait.commands)) {
    return FollowUp::Yes;
  }
  if (!item.command.starts_with_any(wait.polls)) {
    return FollowUp::No;
  }
  const bool repeated = !item.via.empty() || has_loop(item.step->run.value) ||
                        contains_word(item.step->uses.value, "retry");
  return repeated ? FollowUp::Yes : FollowUp::Once;
}

/// By the commands, actions and unreadable texts of a job, from the step at `from` on, and of that
/// step only those behind `after` (null: the steps behind it alone). `good`: not by those that run
/// only after a failure.
FollowUp by_script(const JobRun& run, std::size_t from, const StepCommand* after, const Wait& wait,
                   bool good) {
  const JobScript& script = *run.script;
  FollowUp best = FollowUp::No;
  for (std::size_t i = from; i < script.steps.size(); ++i) {
    const Step* step = script.steps[i];
    const bool same = i == from && after != nullptr;
    if (good && run.is_for_failure(*step)) {
      continue;
    }
    if (!same && contains_word(action_name(*step), "wait")) {
      best = FollowUp::Yes;
    }
    for (const StepCommand& item : script.commands_of(*step)) {
      if (!same || &item > after) {
        best = std::max(best, by_command(item, wait));
      }
    }
    for (const OpenRun& open : script.open) {
      best = open.step == step ? std::max(best, FollowUp::Unknown) : best;
    }
  }
  return best;
}

/// Whether the deploy is one that waits when it is told to, and is.
FollowUp by_itself(const JobRun& run, const Deploy& deploy, const Wait& wait,
                   const Intent& intent) {
  if (deploy.command != nullptr) {
    const auto& words = deploy.command->command.words;
    return std::any_of(words.begin(), words.end(),
                       [&](const std::string& word) {
                         const std::string name = word.substr(0, word.find('='));
                         return text::one_of(name, wait.options);
                       })
               ? FollowUp::Yes
               : FollowUp::No;
  }
  const auto set = is_set(deploy.step->input(wait.input), run.scope(intent, deploy.step));
  return !set ? FollowUp::Unknown : *set ? FollowUp::Yes : FollowUp::No;
}

}  // namespace

std::optional<Awaited> awaited(const JobRuns& jobs, const JobRun& run, const Deploy& deploy,
                               const Intent& intent) {
  const Wait* wait = wait_for(deploy);
  if (wait == nullptr) {
    return std::nullopt;
  }
  const auto& steps = run.script->steps;
  const auto at = std::find(steps.begin(), steps.end(), deploy.step);
  const std::size_t index = static_cast<std::size_t>(at - steps.begin());
  const std::size_t from = deploy.command != nullptr ? index : index + 1;
  const bool good = !run.is_for_failure(*deploy.step);
  FollowUp best = by_itself(run, deploy, *wait, intent);
  best = std::max(best, by_script(run, from, deploy.command, *wait, good));
  for (const JobRun* other : jobs.in(*run.workflow)) {
    if (best != FollowUp::Yes && other->callers == run.callers &&
        run.workflow->waits_for(*other->job, *run.job)) {
      best = std::max(best, by_script(*other, 0, nullptr, *wait, good));
    }
  }
  return Awaited{best, wait->severity};
}

bool polls_for(const Deploy& deploy, const Command& command) {
  const Wait* wait = wait_for(deploy);
  return wait != nullptr && command.starts_with_any(wait->polls);
}

bool waits_for_end(const Deploy& deploy, const Command& command) {
  const Wait* wait = wait_for(deploy);
  return wait != nullptr && command.starts_with_any(wait->commands);
}

}  // namespace muster::workflow
