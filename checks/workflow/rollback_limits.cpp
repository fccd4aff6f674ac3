// Sources: GitHub Docs, "Deployments and environments" (each job that names an environment waits
// for its reviewers), "Control the concurrency of workflows and jobs", "Workflow syntax"
// (`continue-on-error`).
#include "checks/workflow/rollback_limits.h"

#include <algorithm>
#include <array>
#include <optional>

#include "checks/text/ascii.h"
#include "checks/workflow/mentions.h"
#include "checks/workflow/starts.h"

namespace muster::workflow {
namespace {

class LimitJudge {
 public:
  explicit LimitJudge(const RollbackCase& one)
      : one_(one), parts_(*one.chain.parts), intent_(one.simulator.intent()) {}

  void judge_approval(Defects& found) const;
  void judge_target(const ChainPart& part, Defects& found) const;
  void judge_green(Defects& found) const;
  void judge_cancel(Defects& found) const;

 private:
  [[nodiscard]] RunPlace deploy() const { return one_.chain.place(*one_.chain.deploys.back()); }

  [[nodiscard]] const JobRun& run() const { return *one_.chain.deploying->run; }

  [[nodiscard]] bool waits(const ChainPart& part) const;
  [[nodiscard]] bool asks_for(const ChainPart& part, const std::string& saver) const;
  [[nodiscard]] std::string swallowed_by(const JobRun& of, const Step& saver) const;
  [[nodiscard]] std::optional<std::vector<std::string>> skipped_in(const ChainPart& part,
                                                                   const Step& saver) const;
  [[nodiscard]] RollbackDefect empty_target(const ChainPart& part, const std::string& saver,
                                            const std::string& because) const;
  [[nodiscard]] bool may_fail_behind() const;
  [[nodiscard]] const Text* killing_group() const;
  [[nodiscard]] Tally started_by(Ending ending) const;

  const RollbackCase& one_;
  const RunParts& parts_;
  const Intent& intent_;
};

/// Whether somebody has to approve the job before it goes back. The approval of the deploy counts
/// for its own job alone.
bool LimitJudge::waits(const ChainPart& part) const {
  const JobRun* of = parts_.graph.jobs()[part.place.job].run;
  return of != nullptr && part.place.job != one_.chain.job &&
         std::ranges::all_of(one_.chain.events, [&](const std::string& event) {
           return waits_for_reviewers(*of, intent_, {event, "", {}, false});
         });
}

void LimitJudge::judge_approval(Defects& found) const {
  const Job& job = *parts_.graph.jobs()[one_.rollbacks.front().get().place.job].job;
  if (!job.environment ||
      !std::ranges::all_of(one_.rollbacks, [&](const ChainPart& part) { return waits(part); })) {
    return;
  }
  const std::string named = "`" + job.environment->name.value + "`";
  found.push_back(
      {"waits-for-approval",
       Severity::Medium,
       "waits until somebody approves job `" + job.id.value + "`: its environment " + named +
           " asks for reviewers",
       "put it into the deploying job, or give its job an environment without reviewers",
       job.environment->name.where,
       {"the new version is broken", "job `" + job.id.value + "` waits for a reviewer of " + named},
       false});
}

/// Whether the rollback looks before it goes back; that its script may do so in a file counts.
bool LimitJudge::asks_for(const ChainPart& part, const std::string& saver) const {
  const RunJob& job = parts_.graph.jobs()[part.place.job];
  const Step& step = *part.place.step;
  const auto commands = job.run->script->commands_of(step);
  const bool own = std::ranges::any_of(commands, [&](const StepCommand& item) {
    return item.where == part.where && item.via.size() == job.run->script->calls_of(&step).size();
  });
  const std::string outputs = "steps." + text::lower(saver);
  const auto reads_it = [&](const OpenCondition& condition) {
    return std::ranges::any_of(condition.parts(),
                               [&](const ConditionPart& one) { return reads(one.names, outputs); });
  };
  return step.kind != Step::Kind::Run || !own || reads_it(job.condition_of(step)) ||
         text::contains_any(step.run.value,
                            {"if ", "[ ", "test ", "case ", ":?", ":-", "&&", "||"});
}

/// What lets the run go on with nothing saved: `|| true` behind the question, or
/// `continue-on-error`. Empty when nothing does, or the script looks at the answer.
std::string LimitJudge::swallowed_by(const JobRun& of, const Step& saver) const {
  const std::string& script = saver.run.value;
  if (text::contains_any(script, {"if ", "[ ", "test ", "case ", ":?", ":-", "exit"})) {
    return "";
  }
  const Text* flag = saver.continue_on_error ? &*saver.continue_on_error : nullptr;
  if (is_set(flag, of.scope(intent_, &saver)) == true) {
    return "`continue-on-error`";
  }
  for (const StepCommand& item : of.script->commands_of(saver)) {
    if (!reads_running_version(item.command) || item.command.end > script.size() ||
        item.via.size() != of.script->calls_of(&saver).size()) {
      continue;
    }
    const std::size_t end = script.find_first_of(")\n`", item.command.end);
    std::string rest = script.substr(item.command.end, end - item.command.end);
    const std::size_t bars = rest.find("||");
    rest = bars == std::string::npos ? "" : std::string(text::trim(rest.substr(bars + 2)));
    if (text::one_of(rest, std::initializer_list<std::string_view>{"true", ":", "echo", "echo \"\"",
                                                                   "echo ''"})) {
      return "`|| " + rest + "`";
    }
  }
  return "";
}

/// A world in which the rollback runs, and the step that saves the version has not.
std::optional<std::vector<std::string>> LimitJudge::skipped_in(const ChainPart& part,
                                                               const Step& saver) const {
  const RunPlace saved{part.place.job, &saver};
  std::vector<RunPlace> faults{deploy()};
  for (const ChainPart& smoke : one_.smokes) {
    faults.push_back(smoke.place);
  }
  for (const RunPlace& fault : faults) {
    for (const std::string& event : one_.chain.events) {
      const Tally tally = one_.simulator.ask(
          parts_.graph, event, {deploy(), fault, part.place, saved}, {fault, Ending::Failure},
          [&](const Course& good, const Course& bad, const Assumptions&) -> std::optional<bool> {
            return good.ran(deploy()) && bad.ran(part.place) ? std::optional(bad.ran(saved))
                                                             : std::nullopt;
          });
      if (tally.no > 0) {
        return tally.no_world;
      }
    }
  }
  return std::nullopt;
}

RollbackDefect LimitJudge::empty_target(const ChainPart& part, const std::string& saver,
                                        const std::string& because) const {
  std::string what = "goes back to what " + saver + " saves, which may be nothing: ";
  what += because + ", and the rollback does not look";
  return {"target-empty",
          Severity::Low,
          std::move(what),
          "let the run end there, in front of the deploy, when nothing is saved",
          part.where,
          {saver + " cannot read the running version",
           parts_.named(part.place) + " goes back to an empty text"},
          false};
}

void LimitJudge::judge_target(const ChainPart& part, Defects& found) const {
  if (part.place.step == nullptr || part.place.job != one_.chain.job) {
    return;
  }
  for (const VersionSource& source : one_.steps.of(parts_, part).sources) {
    const Step& step = *source.step;
    const bool before = parts_.comes_before({part.place.job, &step}, deploy());
    if (source.is_new || !before || !step.id || asks_for(part, step.id->value)) {
      continue;
    }
    const std::string saver = "step `" + step.id->value + "`";
    const std::string swallowed = swallowed_by(run(), step);
    if (!swallowed.empty()) {
      found.push_back(empty_target(part, saver, swallowed + " lets it fail"));
    } else if (const auto world = skipped_in(part, step)) {
      RollbackDefect defect = empty_target(part, saver, "its `if` may skip it");
      defect.severity = Severity::Medium;
      defect.scenario.front() = saver + " is skipped";
      defect.scenario.insert(defect.scenario.begin() + 1, world->begin(), world->end());
      found.push_back(std::move(defect));
    }
  }
}

/// Whether something behind the deploy may end the run red on purpose, or cannot be read.
bool LimitJudge::may_fail_behind() const {
  const auto behind = [&](const RunPlace& place) { return parts_.comes_before(deploy(), place); };
  for (std::size_t at = 0; at < parts_.graph.jobs().size(); ++at) {
    for (const RunStep& one : parts_.graph.jobs()[at].steps) {
      const Step& step = *one.step;
      const bool script = action_name(step) == "actions/github-script";
      const bool foreign = step.kind == Step::Kind::Uses && !step.uses.value.starts_with('.') &&
                           !action_name(step).starts_with("aws-actions/") &&
                           !action_name(step).starts_with("actions/");
      if (behind({at, &step}) && (script || foreign ||
                                  text::contains_any(step.run.value, {"exit", "false", "return",
                                                                      "kill", "raise", "throw"}))) {
        return true;
      }
    }
  }
  return std::ranges::any_of(parts_.closed,
                             [&](const ChainPart& part) { return behind(part.place); });
}

void LimitJudge::judge_green(Defects& found) const {
  const std::optional<Text>& of_step = deploy().step->continue_on_error;
  const std::optional<Text>& of_job = run().job->continue_on_error;
  const Text* hides = nullptr;
  if (of_step && is_set(&*of_step, run().scope(intent_, deploy().step)) == true) {
    hides = &*of_step;
  } else if (of_job && is_set(&*of_job, run().scope(intent_)) == true) {
    hides = &*of_job;
  }
  if (hides == nullptr || may_fail_behind() || !started_by(Ending::Failure).always()) {
    return;
  }
  found.push_back({"green-after-rollback",
                   Severity::Medium,
                   "ends green: `continue-on-error` hides that the deploy failed, and nothing "
                   "behind it fails the run",
                   "let a last step end with `exit 1` when it went back",
                   hides->where,
                   {parts_.named(deploy()) + " fails", "the rollback runs", "the run is green"},
                   false});
}

/// A group whose newer runs cancel this one; not one that every run has for itself.
const Text* LimitJudge::killing_group() const {
  for (const auto& [workflow, job] : run().levels()) {
    for (const auto* group : {&job->concurrency, &workflow->concurrency}) {
      if (!*group || !(*group)->cancel_in_progress) {
        continue;
      }
      const Concurrency& one = **group;
      const Text& cancels = *(*group)->cancel_in_progress;
      if (cancels.value == "true" && one.group.value.find("github.run_") == std::string::npos) {
        return &cancels;
      }
    }
  }
  return nullptr;
}

/// In which worlds some rollback runs when the deploy ends so.
Tally LimitJudge::started_by(Ending ending) const {
  std::vector<RunPlace> asked{deploy()};
  for (const ChainPart& part : one_.rollbacks) {
    asked.push_back(part.place);
  }
  Tally all;
  for (const std::string& event : one_.chain.events) {
    const Tally one = one_.simulator.ask(
        parts_.graph, event, asked, {deploy(), ending},
        [&](const Course& good, const Course& bad, const Assumptions&) -> std::optional<bool> {
          const bool any = std::ranges::any_of(
              one_.rollbacks, [&](const ChainPart& part) { return bad.ran(part.place); });
          return good.ran(deploy()) ? std::optional(any) : std::nullopt;
        });
    all.yes += one.yes;
    all.no += one.no;
    all.gave_up = all.gave_up || one.gave_up;
  }
  return all;
}

void LimitJudge::judge_cancel(Defects& found) const {
  const Text* killer = killing_group();
  if (killer == nullptr) {
    return;
  }
  const Tally cancelled = started_by(Ending::Cancelled);
  if (!cancelled.never() || cancelled.no == 0 || started_by(Ending::Failure).yes == 0) {
    return;
  }
  found.push_back(
      {"misses-cancel",
       Severity::Low,
       "does not run when a newer run cancels the deploy half-way: `cancel-in-progress: true`",
       "write `cancel-in-progress: false`, so that a deploy is never cut off",
       killer->where,
       {parts_.named(deploy()) + " is cancelled", "no rollback runs"},
       false});
}

}  // namespace

Defects rollback_limits(const RollbackCase& one) {
  const LimitJudge judge(one);
  Defects found;
  judge.judge_approval(found);
  for (const ChainPart& part : one.rollbacks) {
    judge.judge_target(part, found);
  }
  judge.judge_green(found);
  judge.judge_cancel(found);
  return found;
}

}  // namespace muster::workflow
