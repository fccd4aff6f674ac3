// A deploying job that another run can overtake, or that a newer run can kill half-way. The worst
// of the ways in which the job can come to run counts.
#include <algorithm>
#include <map>
#include <set>

#include "checks/workflow/deployments.h"

namespace muster::workflow {
namespace {

/// Marks what differs from run to run.
constexpr std::string_view kRun = "\x03";

/// A group that the run is in: that of its job, its workflow, or a caller.
struct Level {
  const Concurrency* group = nullptr;
  const Job* job = nullptr;
  std::size_t calls = 0;
  /// It holds the whole run of the workflow that an event starts.
  bool whole = false;
};

/// All groups around the job, innermost first: a newer run takes its place in each of them.
std::vector<Level> levels_of(const JobRun& run) {
  std::vector<Level> levels;
  const auto add = [&](const Workflow& workflow, const Job& job, std::size_t calls) {
    if (job.concurrency) {
      levels.push_back({&*job.concurrency, &job, calls, false});
    }
    if (workflow.concurrency) {
      levels.push_back({&*workflow.concurrency, &job, calls, calls == 0});
    }
  };
  for (std::size_t calls = run.callers.size() + 1; calls-- > 0;) {
    const bool own = calls == run.callers.size();
    add(own ? *run.workflow : *run.callers[calls].first,
        own ? *run.job : *run.callers[calls].second, calls);
  }
  return levels;
}

/// What a run lacks, from harmless to worst.
enum class Lack { Nothing, Unknown, OneForAll, Shared, Alone, Group, Killed };

struct Finding {
  Lack lack = Lack::Nothing;
  const Concurrency* group = nullptr;
  /// `OneForAll`: the environments.
  std::string environments = {};
};

bool is_worse(const Finding& a, const Finding& b) {
  return a.lack > b.lack;
}

/// The text of a group, with the workflow's name in it as it is.
std::string group_text(const JobRun& run, const Level& level) {
  const Workflow& workflow = run.entry != nullptr ? *run.entry : *run.workflow;
  std::string text = level.group->group.value;
  constexpr std::string_view kName = "${{ github.workflow }}";
  for (std::size_t at = text.find(kName); at != std::string::npos; at = text.find(kName, at + 1)) {
    text.replace(at, kName.size(), workflow.display_name());
  }
  return text;
}

Values group_at(const JobRun& run, const Level& level, const Moment& moment, const Intent& intent) {
  Scope scope = run.outer_scope(intent, *level.job, level.calls, moment);
  scope.per_run = kRun;
  return resolve(group_text(run, level), scope);
}

/// What `cancel-in-progress` of the group is when a run at this moment comes in.
Lack cancel_at(const JobRun& run, const Level& level, const Moment& moment, const Intent& intent) {
  if (!level.group->cancel_in_progress) {
    return Lack::Nothing;
  }
  const Values values = resolve(level.group->cancel_in_progress->value,
                                run.outer_scope(intent, *level.job, level.calls, moment));
  const std::string* only = values.only();
  if (only == nullptr) {
    return Lack::Unknown;
  }
  return *only == "true" ? Lack::Killed : *only == "false" ? Lack::Nothing : Lack::Unknown;
}

/// Whether pull requests wait in the same group, and what their runs do to the deploy.
Lack shared_with_requests(const JobRun& run, const Level& level, const Moment& moment,
                          const Intent& intent) {
  const bool requests = run.entry != nullptr && run.entry->find_trigger("pull_request") != nullptr;
  if (!level.whole || !requests || level.group->queue == "max" ||
      moment.event.starts_with("pull_request")) {
    return Lack::Nothing;
  }
  const Moment request{"pull_request", "refs/pull/1/merge", {}};
  const Values here = group_at(run, level, moment, intent);
  const Values there = group_at(run, level, request, intent);
  const bool same = here.only() != nullptr && there.only() != nullptr && *here.only() != kRun &&
                    *here.only() == *there.only();
  if (!same) {
    return Lack::Nothing;
  }
  return cancel_at(run, level, request, intent) == Lack::Killed ? Lack::Killed : Lack::Shared;
}

/// The worst at one start. A group that is new for every run holds nothing back.
Finding finding_at(const JobRun& run, const std::vector<Level>& levels, const Moment& moment,
                   const Intent& intent) {
  Finding worst{Lack::Alone, levels.front().group, {}};
  for (const Level& level : levels) {
    const Values group = group_at(run, level, moment, intent);
    const bool alone = group.only() != nullptr && *group.only() == kRun;
    if (alone) {
      continue;
    }
    worst = worst.lack == Lack::Alone ? Finding{Lack::Nothing, level.group, {}} : worst;
    worst = std::max(worst, Finding{cancel_at(run, level, moment, intent), level.group, {}},
                     [](const Finding& a, const Finding& b) { return is_worse(b, a); });
    worst =
        std::max(worst, Finding{shared_with_requests(run, level, moment, intent), level.group, {}},
                 [](const Finding& a, const Finding& b) { return is_worse(b, a); });
  }
  return worst;
}

/// What one start has in common with others of the same group: for a group of the whole run all
/// that a run decides at its start, for that of a job nothing.
std::string start_key(const Level& level, const Presented& start) {
  std::string key;
  for (const Choice& choice : start.choices) {
    key += level.whole && choice.job == nullptr ? choice.name + "=" + choice.value + ";" : "";
  }
  const std::string ref = start.tokens.refs.empty() ? "" : start.tokens.refs.front();
  return level.whole ? start.event + " " + ref + " " + key : "";
}

/// Environments that share one group although a run of one must not wait behind, or take the place
/// of, a run of the other.
Finding one_for_all(const JobRun& run, const Level& level, const std::vector<Presented>& starts,
                    const Intent& intent) {
  if (level.group->queue == "max") {
    return {};
  }
  std::map<std::string, std::map<std::string, std::set<std::string>>> by_group;
  for (const Presented& start : starts) {
    const Values group = group_at(run, level, start.moment_on_ref(), intent);
    const auto& environment = start.tokens.environment;
    const bool named = environment && !environment->empty();
    if (named && group.only() != nullptr && *group.only() != kRun) {
      by_group[*group.only()][start_key(level, start)].insert(*environment);
    }
  }
  for (const auto& [group, by_start] : by_group) {
    std::set<std::string> all;
    for (const auto& [key, environments] : by_start) {
      all.insert(environments.begin(), environments.end());
    }
    const bool differ = !level.whole || by_start.begin()->second != all;
    if (all.size() > 1 && differ) {
      std::string names;
      for (const std::string& name : all) {
        names += (names.empty() ? "`" : ", `") + name + "`";
      }
      return {Lack::OneForAll, level.group, names};
    }
  }
  return {};
}

/// The worst over all events that start the run, and their refs as far as they are known.
Finding finding_of(const JobRun& run, const Intent& intent) {
  const std::vector<Level> levels = levels_of(run);
  if (levels.empty()) {
    return {Lack::Group, nullptr, {}};
  }
  const std::vector<Presented> sets = presented(run, intent);
  Finding worst = sets.empty() ? finding_at(run, levels, {}, intent)
                               : Finding{Lack::Nothing, levels.front().group, {}};
  for (const Presented& set : sets) {
    const Finding found = finding_at(run, levels, set.moment_on_ref(), intent);
    worst = is_worse(found, worst) ? found : worst;
  }
  for (const Level& level : levels) {
    const Finding found = one_for_all(run, level, sets, intent);
    worst = is_worse(found, worst) ? found : worst;
  }
  return worst;
}

Lack lack_of(const JobRun& run, const Intent& intent) {
  return finding_of(run, intent).lack;
}

std::string problem_in_words(const Finding& found) {
  switch (found.lack) {
    case Lack::OneForAll:
      return "has one concurrency group for " + found.environments +
             ": a deploy to one takes the place of a waiting one to another";
    case Lack::Killed:
      return "is killed by the next run (`cancel-in-progress: true`)";
    case Lack::Alone:
      return "is in a concurrency group that is new for every run, which keeps no two apart";
    case Lack::Shared:
      return "shares its concurrency group with runs of pull requests: each of them takes the "
             "place of a deploy that waits";
    case Lack::Group:
    case Lack::Unknown:
    case Lack::Nothing:
      break;
  }
  return "has no concurrency group";
}

/// The way to run the job that lacks most.
const JobRun& least_concurrency(const std::vector<const JobRun*>& runs, const Intent& intent) {
  return **std::max_element(runs.begin(), runs.end(), [&](const JobRun* a, const JobRun* b) {
    return lack_of(*a, intent) < lack_of(*b, intent);
  });
}

void judge_concurrency(const JobRun& run, const Deploy& deploy, const Intent& intent,
                       Outcomes& out) {
  const Finding found = finding_of(run, intent);
  const SourceRef& where = found.group != nullptr ? found.group->where : run.job->id.where;
  if (found.lack == Lack::Nothing) {
    out.pass(run.asset(), run.job->id.where);
    return;
  }
  if (found.lack == Lack::Unknown) {
    out.undecided(run.asset(), where,
                  "`cancel-in-progress` is `" + found.group->cancel_in_progress->value +
                      "`, which is only known when it runs");
    return;
  }
  OutcomeDraft draft = out.fail(run.asset(), where, text_witness("deploys", deploy.verb));
  draft.arg("job", run.job->id.value)
      .arg("problem", problem_in_words(found))
      .severity(found.lack == Lack::Killed ? Severity::High : Severity::Medium);
  add_path(draft, deploy);
}

/// A job of which it is not known whether it deploys.
void judge_open_group(const std::vector<const JobRun*>& runs, const Intent& intent, Outcomes& out) {
  for (const JobRun* run : runs) {
    const auto open = run->recognised->may_deploy;
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
    const std::vector<const JobRun*> all = deploying(runs);
    if (all.empty()) {
      judge_open_group(runs, input.intent(), out);
    } else {
      const JobRun& run = least_concurrency(all, input.intent());
      judge_concurrency(run, run.recognised->deploys.front(), input.intent(), out);
    }
  }
}

const Register kDeployWithoutConcurrencyCheck{
    "workflow-deploy-without-concurrency", deploy_without_concurrency, {unreadable_workflows}};

}  // namespace
}  // namespace muster::workflow
