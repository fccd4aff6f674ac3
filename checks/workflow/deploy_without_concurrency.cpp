// A deploying job that another run can overtake, or that a newer run can kill half-way. The worst
// of the ways in which the job can come to run counts.
#include <algorithm>

#include "checks/workflow/presented.h"

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

/// What `cancel-in-progress` is at this moment. The group of a caller is read only when written
/// out.
Lack lack_at(const JobRun& run, const Concurrency& group, const Moment& moment,
             const Intent& intent) {
  const bool own = (run.job->concurrency && &group == &*run.job->concurrency) ||
                   (run.workflow->concurrency && &group == &*run.workflow->concurrency);
  const std::string& text = group.cancel_in_progress->value;
  if (!own && has_expression(text)) {
    return Lack::Unknown;
  }
  const Values values =
      resolve(text, run.outer_scope(intent, *run.job, run.callers.size(), moment));
  const std::string* only = values.only();
  if (only == nullptr) {
    return Lack::Unknown;
  }
  return *only == "true" ? Lack::Killed : *only == "false" ? Lack::Nothing : Lack::Unknown;
}

/// The worst over all events that start the run, and their refs as far as they are known.
Lack lack_of(const JobRun& run, const Intent& intent) {
  const Concurrency* group = group_of(run);
  if (group == nullptr || !group->cancel_in_progress) {
    return group == nullptr ? Lack::Group : Lack::Nothing;
  }
  const std::vector<Presented> sets = presented(run, intent);
  Lack worst = sets.empty() ? lack_at(run, *group, {}, intent) : Lack::Nothing;
  for (const Presented& set : sets) {
    const auto& refs = set.tokens.refs;
    const bool known = refs.size() == 1 && refs.front().find_first_of("*?") == std::string::npos;
    const Moment moment{set.event, known ? refs.front() : "", set.choices};
    worst = std::max(worst, lack_at(run, *group, moment, intent));
  }
  return worst;
}

/// The way to run the job that lacks most.
const JobRun& least_concurrency(const std::vector<const JobRun*>& runs, const Intent& intent) {
  return **std::max_element(runs.begin(), runs.end(), [&](const JobRun* a, const JobRun* b) {
    return lack_of(*a, intent) < lack_of(*b, intent);
  });
}

void judge_concurrency(const JobRun& run, const Deploy& deploy, const Intent& intent,
                       Outcomes& out) {
  const Concurrency* group = group_of(run);
  const Lack lack = lack_of(run, intent);
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
  OutcomeDraft draft = out.fail(run.asset(), where, text_witness("deploys", deploy.verb));
  draft.arg("job", run.job->id.value)
      .arg("problem", killed ? "is killed by the next run (`cancel-in-progress: true`)"
                             : "has no concurrency group")
      .severity(killed ? Severity::High : Severity::Medium)
      .related(deploy.where, "what it deploys with");
  for (const SourceRef& call : deploy.via) {
    draft.related(call, "which is run from here");
  }
}

/// A job of which it is not known whether it deploys.
void judge_open_group(const std::vector<const JobRun*>& runs, const Intent& intent, Outcomes& out) {
  for (const JobRun* run : runs) {
    const auto open = may_deploy(*run, intent);
    if (open && lack_of(*run, intent) != Lack::Nothing) {
      out.undecided(run->asset(), open->where,
                    "job `" + run->job->id.value +
                        "` has no concurrency group that holds, and "
                        "whether it deploys is not known: " +
                        open->in_words());
      return;
    }
  }
}

void deploy_without_concurrency(const AuditInput& input, Outcomes& out) {
  for (const auto& runs : input.model<JobRuns>().by_job()) {
    const std::vector<const JobRun*> all = deploying(runs, input.intent());
    if (all.empty()) {
      judge_open_group(runs, input.intent(), out);
    } else {
      const JobRun& run = least_concurrency(all, input.intent());
      judge_concurrency(run, deploys(run, input.intent()).front(), input.intent(), out);
    }
  }
}

const Register kDeployWithoutConcurrencyCheck{
    "workflow-deploy-without-concurrency", deploy_without_concurrency, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
