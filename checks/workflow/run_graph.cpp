// Called workflows are entered where they are called, so that the order of the jobs is one in which
// they could run one by one.
#include "checks/workflow/run_graph.h"

#include <algorithm>
#include <set>

namespace muster::workflow {
namespace {

/// The jobs of a workflow, each behind those that it waits for.
std::vector<const Job*> in_order(const Workflow& workflow) {
  std::vector<const Job*> order;
  std::set<std::string_view> placed;
  for (bool more = true; more;) {
    more = false;
    for (const Job& job : workflow.jobs) {
      const bool ready = std::all_of(job.needs.begin(), job.needs.end(),
                                     [&](const Text& need) { return placed.contains(need.value); });
      if (ready && placed.insert(job.id.value).second) {
        order.push_back(&job);
        more = true;
      }
    }
  }
  return order;
}

/// The workflow that a call job of a run leads to, or null: seen by what runs inside it.
const Workflow* called_by(const JobRuns& runs, const JobRun& part, const RunJob& caller) {
  const std::size_t depth = caller.callers.size();
  for (const JobRun& run : runs.all()) {
    if (run.entry == part.entry && run.callers.size() > depth &&
        run.callers[depth] == std::pair(caller.workflow, caller.job) &&
        std::equal(caller.callers.begin(), caller.callers.end(), run.callers.begin())) {
      return depth + 1 < run.callers.size() ? run.callers[depth + 1].first : run.workflow;
    }
  }
  return nullptr;
}

const JobRun* run_of_job(const JobRuns& runs, const JobRun& part, const RunJob& place) {
  for (const JobRun* run : runs.in(*place.workflow)) {
    if (run->job == place.job && run->entry == part.entry && run->callers == place.callers) {
      return run;
    }
  }
  return nullptr;
}

}  // namespace

RunGraph RunGraph::build(const JobRuns& runs, const JobRun& part) {
  struct Pending {
    const Workflow* workflow = nullptr;
    const Job* job = nullptr;
    std::optional<std::size_t> caller;
  };

  RunGraph graph;
  graph.entry_ = part.entry;
  std::vector<Pending> pending;
  const auto enter = [&](const Workflow& workflow, std::optional<std::size_t> caller) {
    const std::vector<const Job*> order = in_order(workflow);
    for (auto job = order.rbegin(); job != order.rend(); ++job) {
      pending.push_back({&workflow, *job, caller});
    }
  };
  enter(part.callers.empty() ? *part.workflow : *part.callers.front().first, std::nullopt);
  while (!pending.empty()) {
    const Pending next = pending.back();
    pending.pop_back();
    const std::size_t index = graph.add(*next.workflow, *next.job, next.caller);
    RunJob& added = graph.jobs_[index];
    if (!next.job->calls_workflow()) {
      graph.add_run(added, run_of_job(runs, part, added));
    } else if (const Workflow* inner = called_by(runs, part, added)) {
      enter(*inner, index);
    }
  }
  return graph;
}

/// Adds a job behind all that it waits for.
std::size_t RunGraph::add(const Workflow& workflow, const Job& job,
                          std::optional<std::size_t> caller) {
  RunJob added;
  added.workflow = &workflow;
  added.job = &job;
  added.condition = parsed(job.condition);
  added.caller = caller;
  const std::size_t index = jobs_.size();
  if (caller) {
    added.callers = jobs_[*caller].callers;
    added.callers.emplace_back(jobs_[*caller].workflow, jobs_[*caller].job);
    jobs_[*caller].inside.push_back(index);
  }
  const auto places_of = [&](const auto& jobs) {
    std::vector<std::size_t> places;
    for (const Job* other : jobs) {
      places.push_back(places_.at({other, caller}));
    }
    std::sort(places.begin(), places.end());
    return places;
  };
  std::set<const Job*> direct;
  for (const Text& need : job.needs) {
    direct.insert(workflow.find_job(need.value));
  }
  added.needs = places_of(direct);
  added.ancestors = places_of(workflow.needed_by(job));
  places_.emplace(Place{&job, caller}, index);
  jobs_.push_back(std::move(added));
  return index;
}

void RunGraph::add_run(RunJob& job, const JobRun* run) {
  job.run = run;
  if (run == nullptr) {
    return;
  }
  for (const Step* step : run->script->steps) {
    job.places.emplace(step, job.steps.size());
    job.steps.push_back({step, run->script->calls_of(step).size(), parsed(step->condition)});
  }
}

const OpenCondition* RunGraph::parsed(const std::optional<Text>& condition) {
  const auto text = condition ? std::optional(condition->value) : std::nullopt;
  auto known = conditions_.find(text);
  if (known == conditions_.end()) {
    known = conditions_.emplace(text, OpenCondition::parse(text ? &*text : nullptr)).first;
  }
  return &known->second;
}

std::size_t RunGraph::index_of(const JobRun& run) const {
  const auto found =
      std::find_if(jobs_.begin(), jobs_.end(), [&](const RunJob& job) { return job.run == &run; });
  return static_cast<std::size_t>(found - jobs_.begin());
}

bool RunGraph::comes_before(std::size_t a, std::size_t b) const {
  for (std::optional<std::size_t> later = b; later; later = jobs_[*later].caller) {
    for (std::optional<std::size_t> earlier = a; earlier; earlier = jobs_[*earlier].caller) {
      if (std::binary_search(jobs_[*later].ancestors.begin(), jobs_[*later].ancestors.end(),
                             *earlier)) {
        return true;
      }
    }
  }
  return false;
}

bool RunGraph::is_inside(std::size_t job, std::size_t call) const {
  auto caller = jobs_[job].caller;
  while (caller && *caller != call) {
    caller = jobs_[*caller].caller;
  }
  return caller.has_value();
}

}  // namespace muster::workflow
