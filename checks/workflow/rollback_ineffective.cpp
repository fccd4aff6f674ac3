// A rollback that does not start when it is needed, or goes back to the wrong place. Asked of
// simulated runs in which the smoke test, the deploy or a test fails.
#include <algorithm>
#include <array>

#include "checks/text/ascii.h"
#include "checks/workflow/rollback_limits.h"
#include "checks/workflow/smoke.h"

namespace muster::workflow {
namespace {

const Text* condition_of(const RunParts& parts, const ChainPart& part) {
  const auto& condition = part.place.step != nullptr
                              ? part.place.step->condition
                              : parts.graph.jobs()[part.place.job].job->condition;
  const auto& of_job = parts.graph.jobs()[part.place.job].job->condition;
  return condition ? &*condition : of_job ? &*of_job : nullptr;
}

std::string quoted_if(const Text* condition) {
  return condition == nullptr ? "no `if`"
                              : "`if: " + std::string(text::trim(condition->value)) + "`";
}

std::string failure_of(const ChainPart& part) {
  return "`" + part.what + "` fails";
}

class RollbackJudge {
 public:
  RollbackJudge(const Chain& chain, RollbackSteps& steps, Simulator& simulator)
      : chain_(chain), parts_(*chain.parts), steps_(steps), simulator_(simulator) {
    collect();
    saved_ = saved_outputs();
  }

  [[nodiscard]] bool has_rollback() const { return !rollbacks_.empty(); }

  [[nodiscard]] const ChainPart& first() const { return rollbacks_.front(); }

  /// Worst first.
  [[nodiscard]] Defects defects() const;

 private:
  void collect();

  [[nodiscard]] RunPlace last_deploy() const { return chain_.place(*chain_.deploys.back()); }

  [[nodiscard]] bool is_unbound(const ChainPart& part) const;
  [[nodiscard]] std::vector<std::string> saved_outputs() const;
  [[nodiscard]] Tally covered(const RunPlace& fault, bool& arises) const;
  [[nodiscard]] RollbackDefect uncovered(const ChainPart& fault) const;
  void judge_starts(Defects& found) const;
  [[nodiscard]] Tally runs_without_deploy(const ChainPart& part, const ChainPart& test,
                                          const std::string& event) const;
  [[nodiscard]] RollbackDefect needless_start(const ChainPart& part, const ChainPart& test) const;
  void judge_tests(Defects& found) const;
  void judge_success(const ChainPart& part, Defects& found) const;
  void judge_step(const ChainPart& part, Defects& found) const;
  [[nodiscard]] RollbackDefect open_defect(const std::string& when, const Tally& tally) const;

  const Chain& chain_;
  const RunParts& parts_;
  RollbackSteps& steps_;
  Simulator& simulator_;
  ChainParts rollbacks_;
  ChainParts smokes_;
  std::vector<std::string> saved_;
};

/// A rollback job that waits for no deploy at all. Not one of the same workflow, called another
/// time: that takes back what is deployed there.
bool RollbackJudge::is_unbound(const ChainPart& part) const {
  const RunJob& job = parts_.graph.jobs()[part.place.job];
  const JobRun& run = *chain_.deploying->run;
  const bool other_call = job.workflow == run.workflow && job.callers != run.callers;
  return !other_call && part.place.job != chain_.job &&
         parts_.graph.jobs()[part.place.job].ancestors.empty() &&
         !parts_.graph.comes_before(part.place.job, chain_.job);
}

void RollbackJudge::collect() {
  const RunPlace first = chain_.place(*chain_.deploys.front());
  for (const ChainPart& part : parts_.rollbacks) {
    const bool same_step = part.place.job == chain_.job && part.place.step == first.step;
    const bool behind = parts_.comes_before(first, part.place);
    if (part.automatic && !same_step && (behind || is_unbound(part))) {
      rollbacks_.push_back(part);
    }
  }
  for (const ChainPart& part : parts_.smokes) {
    const bool own = std::none_of(rollbacks_.begin(), rollbacks_.end(),
                                  [&](const ChainPart& one) { return one.place == part.place; });
    if (own && parts_.comes_before(last_deploy(), part.place)) {
      smokes_.push_back(part);
    }
  }
}

/// Outputs that the rollbacks ask for in their conditions, and the deploy does not: a saved version
/// is taken to be there.
std::vector<std::string> RollbackJudge::saved_outputs() const {
  std::vector<std::string> names;
  const auto add = [&](const OpenCondition& condition) {
    for (const ConditionPart& part : condition.parts()) {
      for (const std::string& name : part.names) {
        if (name.find(".outputs.") != std::string::npos) {
          names.push_back(name);
        }
      }
    }
  };
  for (const ChainPart& part : rollbacks_) {
    const RunJob& job = parts_.graph.jobs()[part.place.job];
    add(*job.condition);
    if (part.place.step != nullptr) {
      add(job.condition_of(*part.place.step));
    }
  }
  const std::size_t of_rollbacks = names.size();
  const RunJob& job = parts_.graph.jobs()[chain_.job];
  add(*job.condition);
  for (const TimedDeploy* deploy : chain_.deploys) {
    add(job.condition_of(*deploy->deploy.step));
  }
  const std::vector<std::string> of_deploys(
      names.begin() + static_cast<std::ptrdiff_t>(of_rollbacks), names.end());
  names.resize(of_rollbacks);
  std::erase_if(names, [&](const std::string& name) { return text::one_of(name, of_deploys); });
  return names;
}

/// In which worlds some rollback runs once this has failed behind (or in) the deploy.
Tally RollbackJudge::covered(const RunPlace& fault, bool& arises) const {
  std::vector<RunPlace> asked{last_deploy(), fault};
  for (const ChainPart& part : rollbacks_) {
    asked.push_back(part.place);
  }
  Tally all;
  for (const std::string& event : chain_.events) {
    const Tally one = simulator_.ask(
        parts_.graph, event, asked, {fault, Ending::Failure},
        [&](const Course& good, const Course& bad,
            const Assumptions& world) -> std::optional<bool> {
          const bool empty =
              std::any_of(saved_.begin(), saved_.end(),
                          [&](const std::string& name) { return world.takes_as_empty(name); });
          if (!good.ran(last_deploy()) || !good.ran(fault) || empty) {
            return std::nullopt;
          }
          return std::any_of(rollbacks_.begin(), rollbacks_.end(),
                             [&](const ChainPart& part) { return bad.ran(part.place); });
        });
    all.yes += one.yes;
    all.no += one.no;
    all.gave_up = all.gave_up || one.gave_up;
    all.no_world = all.no_world.empty() ? one.no_world : all.no_world;
  }
  arises = all.yes + all.no > 0 || all.gave_up;
  return all;
}

/// Why no rollback runs when this fails.
RollbackDefect RollbackJudge::uncovered(const ChainPart& fault) const {
  const ChainPart& part = rollbacks_.front();
  const Text* condition = condition_of(parts_, part);
  const std::string name = parts_.named(part.place);
  const std::string failing = parts_.named(fault.place);
  RollbackDefect defect{
      "never-true", Severity::High,
      "",           "",
      part.where,   {"`" + fault.what + "` fails in " + failing, name + " does not run"},
      false};
  defect.where = condition != nullptr ? condition->where : part.where;
  const std::string does_not = "does not run when `" + fault.what + "` fails: ";
  const OpenCondition parsed = OpenCondition::parse(condition ? &condition->value : nullptr);
  if (parts_.comes_before(part.place, fault.place)) {
    defect.code = "before-smoke";
    defect.what = does_not + name + " stands before " + failing;
    defect.repair = "move " + name + " behind " + failing;
  } else if (part.place.job != fault.place.job &&
             !parts_.graph.comes_before(fault.place.job, part.place.job)) {
    const std::string job = parts_.graph.jobs()[fault.place.job].job->id.value;
    defect.code = "job-failure-without-need";
    defect.what = does_not + "job `" + parts_.graph.jobs()[part.place.job].job->id.value +
                  "` does not wait for job `" + job + "`, so it cannot see that failure";
    defect.repair = "add `" + job + "` to its `needs`";
  } else if (!parsed.asks_for_status()) {
    defect.code = "implicit-success";
    defect.what = does_not + quoted_if(condition) + " calls no status function, so GitHub puts " +
                  "`success() &&` in front of it";
    defect.repair = condition == nullptr ? "write `if: failure()`" : "put `failure() &&` in front";
  } else {
    defect.what = does_not + quoted_if(condition) + " is false then";
    defect.repair = "write `if: failure()`";
  }
  return defect;
}

RollbackDefect RollbackJudge::open_defect(const std::string& when, const Tally& tally) const {
  const Text* condition = condition_of(parts_, rollbacks_.front());
  RollbackDefect defect;
  defect.open = true;
  defect.where = condition != nullptr ? condition->where : first().where;
  defect.what = "whether " + parts_.named(first().place) + " runs when " + when + " ";
  defect.what += tally.gave_up ? std::string(kTooManyWays)
                               : "depends on what only the run knows: " +
                                     (tally.no_world.empty()
                                          ? quoted_if(condition)
                                          : "it does not with `" + tally.no_world.back() + "`");
  return defect;
}

/// The scenarios in which the rollback must run.
void RollbackJudge::judge_starts(Defects& found) const {
  std::size_t covered_smokes = 0;
  for (const ChainPart& smoke : smokes_) {
    bool arises = false;
    const Tally tally = covered(smoke.place, arises);
    if (!arises) {
      continue;
    }
    if (tally.always()) {
      ++covered_smokes;
    } else {
      found.push_back(tally.never() ? uncovered(smoke) : open_defect(failure_of(smoke), tally));
    }
    if (simulator_.is_at_its_end(parts_.graph)) {
      break;
    }
  }
  for (RollbackDefect& defect : found) {
    defect.severity = covered_smokes > 0 ? Severity::Medium : Severity::High;
  }
  if (!found.empty()) {
    return;
  }
  const Deploy& last = chain_.deploys.back()->deploy;
  const ChainPart deploy{last_deploy(), last.where, last.verb, false};
  bool arises = false;
  const Tally tally = covered(deploy.place, arises);
  if (!arises || tally.always()) {
    return;
  }
  RollbackDefect defect =
      tally.never() ? uncovered(deploy) : open_defect(failure_of(deploy), tally);
  if (covered_smokes > 0 && !defect.open) {
    defect.code = "misses-deploy-failure";
    defect.severity = Severity::Medium;
  }
  found.push_back(std::move(defect));
}

/// In which worlds it runs when a test has failed and nothing was deployed.
Tally RollbackJudge::runs_without_deploy(const ChainPart& part, const ChainPart& test,
                                         const std::string& event) const {
  std::vector<RunPlace> asked{test.place, part.place};
  for (const TimedDeploy* deploy : chain_.deploys) {
    asked.push_back(chain_.place(*deploy));
  }
  return simulator_.ask(
      parts_.graph, event, asked, {test.place, Ending::Failure},
      [&](const Course& good, const Course& bad, const Assumptions&) -> std::optional<bool> {
        const bool deployed =
            std::any_of(chain_.deploys.begin(), chain_.deploys.end(),
                        [&](const TimedDeploy* deploy) { return bad.ran(chain_.place(*deploy)); });
        if (!good.ran(test.place) || !good.ran(last_deploy()) || deployed) {
          return std::nullopt;
        }
        return bad.ran(part.place);
      });
}

RollbackDefect RollbackJudge::needless_start(const ChainPart& part, const ChainPart& test) const {
  const Text* condition = condition_of(parts_, part);
  return {"fires-without-deploy",
          Severity::Low,
          "also runs when `" + test.what + "` fails and nothing was deployed",
          part.place.job == chain_.job ? "let it ask for the outcome of the deploying step"
                                       : "add `&& needs." + chain_.deploying->run->job->id.value +
                                             ".result != 'skipped'` to its `if`",
          condition != nullptr ? condition->where : part.where,
          {"`" + test.what + "` fails in " + parts_.named(test.place),
           parts_.named(part.place) + " runs"},
          false};
}

/// A failing test must not start it: nothing was deployed.
void RollbackJudge::judge_tests(Defects& found) const {
  for (const ChainPart& test : parts_.tests) {
    if (!parts_.comes_before(test.place, chain_.place(*chain_.deploys.front()))) {
      continue;
    }
    for (const ChainPart& part : rollbacks_) {
      bool starts = !chain_.events.empty();
      for (const std::string& event : chain_.events) {
        const Tally tally = runs_without_deploy(part, test, event);
        if (tally.gave_up) {
          found.push_back(open_defect(failure_of(test), tally));
          return;
        }
        starts = starts && tally.always();
      }
      if (starts) {
        found.push_back(needless_start(part, test));
        return;
      }
    }
  }
}

/// Whether the script decides in front of the rollback whether it goes back, or may do so in a
/// file.
bool decides_itself(const JobRun& run, const ChainPart& part) {
  static constexpr std::array<std::string_view, 8> kSigns = {"if ", "case ", "&&",   "||",
                                                             "[ ",  "test ", "exit", "while "};
  const auto commands = run.script->commands_of(*part.place.step);
  const auto found = std::find_if(commands.begin(), commands.end(), [&](const StepCommand& item) {
    return item.where == part.where;
  });
  if (found == commands.end() || part.place.step->kind != Step::Kind::Run) {
    return part.place.step->kind != Step::Kind::Uses;
  }
  const std::string_view script = part.place.step->run.value;
  const std::string_view before =
      script.substr(0, std::min<std::size_t>(found->command.begin, script.size()));
  return found->via.size() != run.script->calls_of(part.place.step).size() ||
         text::contains_any(before, kSigns);
}

/// When nothing fails it must not run.
void RollbackJudge::judge_success(const ChainPart& part, Defects& found) const {
  const JobRun* run = parts_.graph.jobs()[part.place.job].run;
  if (part.place.step == nullptr || run == nullptr || decides_itself(*run, part) ||
      !parts_.comes_before(last_deploy(), part.place)) {
    return;
  }
  // One question that was given up is told, not one for each rollback.
  if (!found.empty() && simulator_.is_at_its_end(parts_.graph)) {
    return;
  }
  bool always = !chain_.events.empty();
  for (const std::string& event : chain_.events) {
    const Tally tally = simulator_.ask(
        parts_.graph, event, {last_deploy(), part.place}, {last_deploy(), Ending::Failure},
        [&](const Course& good, const Course&, const Assumptions&) -> std::optional<bool> {
          return good.ran(last_deploy()) ? std::optional(good.ran(part.place)) : std::nullopt;
        });
    if (tally.gave_up) {
      found.push_back(open_defect("nothing fails", tally));
      return;
    }
    always = always && tally.always();
  }
  if (always) {
    const Text* condition = condition_of(parts_, part);
    found.push_back({"runs-after-success",
                     Severity::High,
                     "also runs when nothing has failed, and takes back what was just deployed",
                     "write `if: failure()`",
                     condition != nullptr ? condition->where : part.where,
                     {"nothing fails", parts_.named(part.place) + " runs"},
                     false});
  }
}

RollbackDefect late_target(const RunParts& parts, const ChainPart& part, const Step& step) {
  return {"target-after-deploy",
          Severity::High,
          "goes back to what step `" + step.id->value + "` reads after the deploy: the new version",
          "move step `" + step.id->value + "` in front of the deploy",
          part.where,
          {"step `" + step.id->value + "` saves the new version",
           parts.named(part.place) + " deploys it again"},
          false};
}

RollbackDefect new_target(const RunParts& parts, const ChainPart& part, const Step& step) {
  return {
      "target-after-deploy",
      Severity::High,
      "goes back to an output of step `" + step.id->value + "`: the version that was just deployed",
      "read the running version before the deploy, and go back to that",
      part.where,
      {"step `" + step.id->value + "` names the new version",
       parts.named(part.place) + " deploys it again"},
      false};
}

/// What it goes back to, and how.
void RollbackJudge::judge_step(const ChainPart& part, Defects& found) const {
  if (part.place.step == nullptr) {
    return;
  }
  const RollbackStep& step = steps_.of(parts_, part);
  found.insert(found.end(), step.defects.begin(), step.defects.end());
  if (part.place.job != chain_.job) {
    return;
  }
  for (const VersionSource& source : step.sources) {
    if (source.is_new) {
      found.push_back(new_target(parts_, part, *source.step));
    } else if (parts_.comes_before(last_deploy(), {part.place.job, source.step})) {
      found.push_back(late_target(parts_, part, *source.step));
    }
  }
}

Defects RollbackJudge::defects() const {
  Defects found;
  judge_starts(found);
  judge_tests(found);
  for (const ChainPart& part : rollbacks_) {
    judge_success(part, found);
    judge_step(part, found);
  }
  const Defects limits = rollback_limits({chain_, rollbacks_, smokes_, steps_, simulator_});
  found.insert(found.end(), limits.begin(), limits.end());
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a.open != b.open ? b.open : a.severity > b.severity;
  });
  return found;
}

/// So many defects are told with the worst one.
constexpr std::size_t kMostTold = 4;

/// Whether nothing that the smoke tests find reaches the run: another rule says that.
bool smoke_is_mute(const Chain& chain, const AuditInput& input) {
  const auto best = input.model<SmokeTests>().best_behind(*chain.deploying, input.model<JobRuns>());
  return best && best->verdict->strength < SmokeStrength::Unknown;
}

void report_defects(const Chain& chain, const Defects& defects, Outcomes& out) {
  const RollbackDefect& worst = defects.front();
  const JobRun& run = *chain.deploying->run;
  if (worst.open) {
    out.undecided(run.asset(), worst.where, worst.what);
    return;
  }
  Witness witness = text_witness("reason", worst.code);
  witness.fields.push_back({"scenario", worst.scenario});
  std::string because = worst.repair;
  for (std::size_t i = 1; i < std::min(defects.size(), kMostTold + 1); ++i) {
    because +=
        defects[i].open
            ? ""
            : "; it also " + defects[i].what.substr(defects[i].what.starts_with("also ") ? 5 : 0);
  }
  out.fail(run.asset(), worst.where, std::move(witness))
      .arg("job", run.job->id.value)
      .arg("defect", worst.what)
      .severity(graded(worst.severity, chain.deploying->guess.kind))
      .because(because)
      .related(chain.deploys.back()->deploy.where, "the deploy that it should take back");
}

void rollback_ineffective(const AuditInput& input, Outcomes& out) {
  RollbackSteps steps(input.model<JobRuns>(), input.intent());
  Simulator simulator(input.intent());
  for (const std::vector<Chain>& job : input.model<Chains>().by_job()) {
    const Chain& chain = job.front();
    const RollbackJudge judge(chain, steps, simulator);
    if (!judge.has_rollback() || smoke_is_mute(chain, input)) {
      continue;
    }
    const Defects defects = judge.defects();
    if (defects.empty()) {
      out.pass(chain.deploying->run->asset(), judge.first().where);
    } else {
      report_defects(chain, defects, out);
    }
  }
}

const Register kRollbackIneffectiveCheck{
    "workflow-rollback-ineffective", rollback_ineffective, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
