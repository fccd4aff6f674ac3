// A deploying job that another run can overtake, or that a newer run can kill half-way. The worst
// of the ways in which the job can come to run counts.
#include <algorithm>

#include "checks/workflow/jobs.h"

namespace muster::workflow {
namespace {

/// The group that holds for a job: its own, its workflow's, or that of a caller.
const Concurrency* group_of(const JobRun& run) {
  if (run.job->concurrency) {
    return &*run.job->concurrency;
  }
  if (run.workflow->concurrency) {
    return &*run.workflow->concurrency;
  }
  for (auto caller = run.callers.rbegin(); caller != run.callers.rend(); ++caller) {
    if (caller->second->concurrency) {
      return &*caller->second->concurrency;
    }
    if (caller->first->concurrency) {
      return &*caller->first->concurrency;
    }
  }
  return nullptr;
}

/// What a run lacks, from harmless to worst.
enum class Lack { Nothing, Unknown, Group, Killed };

Lack lack_of(const Concurrency* group) {
  if (group == nullptr) {
    return Lack::Group;
  }
  if (!group->cancel_in_progress || group->cancel_in_progress->value == "false") {
    return Lack::Nothing;
  }
  return group->cancel_in_progress->value == "true" ? Lack::Killed : Lack::Unknown;
}

/// The way to run the job that lacks most.
const JobRun& worst_of(const std::vector<const JobRun*>& runs) {
  return **std::max_element(runs.begin(), runs.end(), [](const JobRun* a, const JobRun* b) {
    return lack_of(group_of(*a)) < lack_of(group_of(*b));
  });
}

void judge(const JobRun& run, const Deploy& deploy, Outcomes& out) {
  const Concurrency* group = group_of(run);
  const Lack lack = lack_of(group);
  const SourceRef& where = group != nullptr ? group->where : run.job->id.where;
  if (lack == Lack::Nothing) {
    out.pass(run.asset(), run.job->id.where);
    return;
  }
  if (lack == Lack::Unknown) {
    out.undecided(run.asset(), where,
                  "`cancel-in-progress` is `" + group->cancel_in_progress->value +
                      "`, which is only known when it runs");
    return;
  }
  const bool killed = lack == Lack::Killed;
  out.fail(run.asset(), where, text_witness("deploys", deploy.verb))
      .arg("job", run.job->id.value)
      .arg("problem", killed ? "is killed by the next run (`cancel-in-progress: true`)"
                             : "has no concurrency group")
      .severity(killed ? Severity::High : Severity::Medium)
      .related(deploy.where, "what it deploys with");
}

void deploy_without_concurrency(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    const std::vector<const JobRun*> all = deploying(runs, input.intent());
    if (!all.empty()) {
      const JobRun& run = worst_of(all);
      judge(run, deploys(run, input.intent()).front(), out);
    }
  }
}

const Register kRegister{
    "workflow-deploy-without-concurrency", deploy_without_concurrency, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
