// A deploy that only starts something, and a job that ends without asking how it went: the run is
// green while the new version fails to come up.
#include <algorithm>
#include <array>

#include "checks/workflow/deployments.h"

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
    return std::find(wait.verbs.begin(), wait.verbs.end(), deploy.verb) != wait.verbs.end();
  });
  return found == waits().end() ? nullptr : &*found;
}

bool begins_with_one(const Command& command, const std::vector<std::string>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const std::string& prefix) { return command.starts_with(prefix); });
}

/// Whether the script goes round, or at least gives the deploy some time.
bool has_loop(std::string_view script) {
  static constexpr std::array<std::string_view, 5> kSigns = {"while ", "until ", "for ", "sleep ",
                                                             "watch "};
  return std::any_of(kSigns.begin(), kSigns.end(), [&](std::string_view sign) {
    return script.find(sign) != std::string_view::npos;
  });
}

bool contains_word(std::string_view text, std::string_view word) {
  return text.find(word) != std::string_view::npos;
}

/// What follows a deploy, from worst to best.
enum class FollowUp { No, Once, Unknown, Yes };

FollowUp by_command(const StepCommand& item, const Wait& wait) {
  if (begins_with_one(item.command, wait.commands)) {
    return FollowUp::Yes;
  }
  if (!begins_with_one(item.command, wait.polls)) {
    return FollowUp::No;
  }
  const bool repeated = !item.via.empty() || has_loop(item.step->run.value) ||
                        contains_word(item.step->uses.value, "retry");
  return repeated ? FollowUp::Yes : FollowUp::Once;
}

/// By the commands, actions and unreadable texts of a job, from the step at `from` on, and of that
/// step only those behind `after` (null: the steps behind it alone).
FollowUp by_script(const JobScript& script, std::size_t from, const StepCommand* after,
                   const Wait& wait) {
  FollowUp best = FollowUp::No;
  for (std::size_t i = from; i < script.steps.size(); ++i) {
    const Step* step = script.steps[i];
    const bool same = i == from && after != nullptr;
    if (!same && contains_word(action_name(*step), "wait")) {
      best = FollowUp::Yes;
    }
    for (const StepCommand& item : script.commands) {
      if (item.step == step && (!same || &item > after)) {
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
                         return std::find(wait.options.begin(), wait.options.end(), name) !=
                                wait.options.end();
                       })
               ? FollowUp::Yes
               : FollowUp::No;
  }
  const auto set = is_set(deploy.step->input(wait.input), run.scope(intent, deploy.step));
  return !set ? FollowUp::Unknown : *set ? FollowUp::Yes : FollowUp::No;
}

FollowUp awaited(const JobRuns& jobs, const JobRun& run, const Deploy& deploy, const Wait& wait,
                 const Intent& intent) {
  const auto& steps = run.script->steps;
  const auto at = std::find(steps.begin(), steps.end(), deploy.step);
  const std::size_t index = static_cast<std::size_t>(at - steps.begin());
  const std::size_t from = deploy.command != nullptr ? index : index + 1;
  FollowUp best = by_itself(run, deploy, wait, intent);
  best = std::max(best, by_script(*run.script, from, deploy.command, wait));
  for (const JobRun* other : jobs.in(*run.workflow)) {
    if (best != FollowUp::Yes && other->callers == run.callers &&
        run.workflow->waits_for(*other->job, *run.job)) {
      best = std::max(best, by_script(*other->script, 0, nullptr, wait));
    }
  }
  return best;
}

struct Unawaited {
  const DeployingRun* run = nullptr;
  const TimedDeploy* timed = nullptr;
  const Wait* wait = nullptr;
  FollowUp how = FollowUp::Yes;
};

/// The deploy of the job that is awaited least; one without `wait` when none needs it.
Unawaited least_awaited(const JobRuns& jobs, const std::vector<DeployingRun>& runs,
                        const Intent& intent) {
  Unawaited least;
  for (const DeployingRun& run : runs) {
    for (const TimedDeploy& timed : run.deploys) {
      const Wait* wait = wait_for(timed.deploy);
      if (wait == nullptr) {
        continue;
      }
      const FollowUp how = awaited(jobs, *run.run, timed.deploy, *wait, intent);
      if (least.wait == nullptr || how < least.how) {
        least = {&run, &timed, wait, how};
      }
    }
  }
  return least;
}

void deploy_not_awaited(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<Deployments>().by_job()) {
    const Unawaited found = least_awaited(input.model<JobRuns>(), runs, input.intent());
    if (found.wait == nullptr) {
      continue;
    }
    const JobRun& run = *found.run->run;
    const Deploy& deploy = found.timed->deploy;
    if (found.how == FollowUp::Yes) {
      out.pass(run.asset(), run.job->id.where);
      continue;
    }
    if (found.how == FollowUp::Unknown) {
      out.undecided(run.asset(), deploy.where,
                    "whether something waits for `" + deploy.verb +
                        "` is not known: what follows it is not written out here");
      continue;
    }
    auto draft = out.fail(run.asset(), deploy.where, text_witness("deploys", deploy.verb));
    draft.arg("job", run.job->id.value)
        .arg("verb", deploy.verb)
        .severity(graded(found.wait->severity, found.run->guess.kind));
    if (found.how == FollowUp::Once) {
      draft.because("its state is read once, at once, when it has hardly begun");
    }
    for (const SourceRef& call : deploy.via) {
      draft.related(call, "which is run from here");
    }
  }
}

const Register kDeployNotAwaitedCheck{
    "workflow-deploy-not-awaited", deploy_not_awaited, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
