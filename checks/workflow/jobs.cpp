// Runs of jobs and their effective token permission.
#include "checks/workflow/jobs.h"

#include <algorithm>
#include <map>

#include "checks/core/model.h"

namespace muster::workflow {
namespace {

constexpr std::size_t kMaxCalls = 10;
constexpr std::size_t kMaxRuns = 20'000;

/// A call whose workflow is still to be entered.
struct PendingCall {
  const Workflow* entry = nullptr;
  const Workflow* workflow = nullptr;
  Callers callers;
};

bool only_called(const Workflow& workflow) {
  return !workflow.triggers.empty() &&
         std::all_of(workflow.triggers.begin(), workflow.triggers.end(),
                     [](const Trigger& trigger) { return trigger.event.value == "workflow_call"; });
}

/// The local workflow that a call job names, or null: `./.github/workflows/x.yml`,
/// `$/.github/workflows/x.yml`.
const Workflow* local_target(const Workflows& workflows, const Job& job) {
  const std::string& uses = job.uses.value;
  return uses.starts_with("./") || uses.starts_with("$/") ? workflows.find(uses.substr(2))
                                                          : nullptr;
}

JobRun run_of(const PendingCall& call, const Job& job) {
  return {call.entry, call.workflow, &job, nullptr, nullptr, call.callers, nullptr};
}

/// Enters one workflow: ordinary jobs become runs, call jobs of local workflows become pending
/// calls.
void enter(const PendingCall& call, const Workflows& workflows, std::vector<JobRun>& runs,
           std::vector<PendingCall>& pending) {
  for (const Job& job : call.workflow->jobs) {
    if (!job.calls_workflow()) {
      runs.push_back(run_of(call, job));
      continue;
    }
    const Workflow* target = local_target(workflows, job);
    if (target == nullptr || call.callers.size() >= kMaxCalls) {
      continue;
    }
    PendingCall next{call.entry, target, call.callers};
    next.callers.emplace_back(call.workflow, &job);
    pending.push_back(std::move(next));
  }
}

bool is_called(const std::vector<JobRun>& runs, const Workflow& workflow) {
  return std::any_of(runs.begin(), runs.end(), [&](const JobRun& run) {
    return run.workflow == &workflow ||
           std::any_of(run.callers.begin(), run.callers.end(),
                       [&](const auto& caller) { return caller.first == &workflow; });
  });
}

}  // namespace

Callers JobRun::levels() const {
  Callers all = callers;
  all.emplace_back(workflow, job);
  return all;
}

JobRun up_to(const JobRun& run, const Step& step) {
  JobRun copy = run;
  copy.asked = &step;
  return copy;
}

Scope JobRun::outer_scope(const Intent& intent, const Job& of, std::size_t calls,
                          const Moment& moment) const {
  Scope scope;
  scope.intent = &intent;
  scope.workflow = calls < callers.size() ? callers[calls].first : workflow;
  scope.job = &of;
  scope.entry = entry;
  scope.callers = &callers;
  scope.calls = calls;
  scope.event = moment.event;
  scope.ref = moment.ref;
  scope.choices = moment.choices;
  scope.stranger = moment.stranger;
  return scope;
}

Scope JobRun::scope(const Intent& intent, const Step* step, const Moment& moment) const {
  Scope scope = outer_scope(intent, *job, callers.size(), moment);
  if (job->environment) {
    scope.environments = resolve(job->environment->name.value, scope);
  }
  scope.step = step;
  if (step != nullptr && script != nullptr) {
    scope.actions = &script->calls_of(step);
    scope.action_depth = scope.actions->size();
  }
  return scope;
}

JobRuns JobRuns::build(const AuditInput& input) {
  const auto& workflows = input.model<Workflows>();
  const auto& sources = input.model<Sources>();
  JobRuns result;
  std::vector<PendingCall> pending;
  const auto drain = [&] {
    while (!pending.empty() && result.runs_.size() < kMaxRuns) {
      const PendingCall call = std::move(pending.back());
      pending.pop_back();
      enter(call, workflows, result.runs_, pending);
    }
  };
  for (const Workflow& workflow : workflows.all()) {
    if (!only_called(workflow)) {
      pending.push_back({&workflow, &workflow, {}});
      drain();
    }
  }
  for (const Workflow& workflow : workflows.all()) {
    if (only_called(workflow) && !is_called(result.runs_, workflow)) {
      pending.push_back({nullptr, &workflow, {}});
      drain();
    }
  }
  std::map<const Job*, const JobScript*> scripts;
  std::map<const Job*, std::size_t> places;
  for (JobRun& run : result.runs_) {
    const JobScript*& script = scripts[run.job];
    if (script == nullptr) {
      script = &result.scripts_.emplace_back(JobScript::build(*run.workflow, *run.job, sources));
    }
    run.script = script;
    run.recognised = &result.recognised_.emplace_back(Recognised::of(run, input.intent()));
    result.by_workflow_[run.workflow].push_back(&run);
    const auto [place, is_new] = places.emplace(run.job, result.by_job_.size());
    if (is_new) {
      result.by_job_.emplace_back();
    }
    result.by_job_[place->second].push_back(&run);
  }
  return result;
}

const std::vector<const JobRun*>& JobRuns::in(const Workflow& workflow) const {
  static const std::vector<const JobRun*> kNone;
  const auto found = by_workflow_.find(&workflow);
  return found == by_workflow_.end() ? kNone : found->second;
}

TokenPermission token_permission(const JobRun& run, std::string_view scope) {
  using Answer = TokenPermission::Answer;
  const Callers levels = run.levels();
  const Permissions* inner = nullptr;
  for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
    const Permissions* block = level->first->block_of(*level->second);
    if (block != nullptr && block->of(scope) != Access::Write) {
      return {Answer::Denied, block->where,
              std::string(level == levels.rbegin() ? "this" : "the calling job's") +
                  " `permissions` block leaves `" + std::string(scope) + "` at none"};
    }
    inner = inner != nullptr ? inner : block;
  }
  const auto& [workflow, outermost] = levels.front();
  // Whoever calls a workflow that nobody here calls is not known.
  const bool granted = workflow->block_of(*outermost) != nullptr || run.entry == nullptr;
  if (granted && inner != nullptr) {
    return {Answer::Granted, inner->where, ""};
  }
  if (run.entry == nullptr) {
    return {Answer::Unknown, run.job->id.where,
            "the workflow is only callable, and no workflow here calls it"};
  }
  if (scope != "id-token") {
    return {Answer::Unknown, outermost->id.where,
            "without a `permissions` block the settings of the repository decide"};
  }
  return {Answer::Denied, outermost->id.where,
          std::string(run.callers.empty() ? "there is" : "the calling job has") +
              " no `permissions` block, and `id-token` is none by default"};
}

std::vector<const Step*> all_steps(const Job& job) {
  std::vector<const Step*> steps;
  for (const Step& step : job.steps) {
    steps.push_back(&step);
    for (const Step& inner : step.parallel) {
      steps.push_back(&inner);
    }
  }
  return steps;
}

Witness text_witness(std::string name, std::string value) {
  return {WitnessKind::Text, {{std::move(name), {std::move(value)}}}};
}

}  // namespace muster::workflow

template std::shared_ptr<const void> muster::built<muster::workflow::JobRuns>(const AuditInput&);
