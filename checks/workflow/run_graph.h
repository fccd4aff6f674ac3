// The jobs of one run of a workflow, with those of the workflows that it calls, and who waits for
// whom.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "checks/workflow/jobs.h"
#include "checks/workflow/open_condition.h"

namespace muster::workflow {

/// A step of a job; those of a composite action stand behind the step that uses it.
struct RunStep {
  const Step* step = nullptr;
  /// How many composite actions are around it.
  std::size_t depth = 0;
  const OpenCondition* condition = nullptr;
};

/// One job of a run: an ordinary one, or one that calls a workflow.
struct RunJob {
  const Workflow* workflow = nullptr;
  const Job* job = nullptr;
  /// The calling jobs around it, outermost first.
  Callers callers;
  /// Null for a job that calls a workflow.
  const JobRun* run = nullptr;
  const OpenCondition* condition = nullptr;
  std::vector<RunStep> steps;
  /// Where each step stands among them.
  std::map<const Step*, std::size_t> places;
  /// Indices of the jobs that it waits for, and of all that these wait for, in order.
  std::vector<std::size_t> needs;
  std::vector<std::size_t> ancestors;
  /// The job that calls its workflow.
  std::optional<std::size_t> caller;
  /// The jobs of the workflow that it calls; empty when that is not here.
  std::vector<std::size_t> inside;

  [[nodiscard]] Asset asset() const { return workflow->asset(*job); }

  /// The condition of one of its steps.
  [[nodiscard]] const OpenCondition& condition_of(const Step& step) const {
    return *steps[places.at(&step)].condition;
  }
};

/// All jobs of the run that a job belongs to.
class RunGraph {
 public:
  RunGraph() = default;
  RunGraph(const RunGraph&) = delete;
  RunGraph& operator=(const RunGraph&) = delete;
  RunGraph(RunGraph&&) = default;
  RunGraph& operator=(RunGraph&&) = default;
  ~RunGraph() = default;

  [[nodiscard]] static RunGraph build(const JobRuns& runs, const JobRun& part);

  /// Each behind the jobs that it waits for; a calling job in front of those inside it.
  [[nodiscard]] const std::vector<RunJob>& jobs() const { return jobs_; }

  /// The workflow whose event starts the run; null when nobody here calls it.
  [[nodiscard]] const Workflow* entry() const { return entry_; }

  [[nodiscard]] std::size_t index_of(const JobRun& run) const;

  /// Whether the job belongs to the workflow that `call` leads to, at whatever depth.
  [[nodiscard]] bool is_inside(std::size_t job, std::size_t call) const;

  /// Whether all of `a` comes before `b` begins: `b`, or a job that calls it, waits for `a`, or for
  /// a job that calls `a`.
  [[nodiscard]] bool comes_before(std::size_t a, std::size_t b) const;

 private:
  /// A job in the workflow that a call leads to.
  using Place = std::pair<const Job*, std::optional<std::size_t>>;

  std::size_t add(const Workflow& workflow, const Job& job, std::optional<std::size_t> caller);
  void add_run(RunJob& job, const JobRun* run);
  const OpenCondition* parsed(const std::optional<Text>& condition);

  std::vector<RunJob> jobs_;
  std::map<Place, std::size_t> places_;
  /// By text; the jobs and steps point into it.
  std::map<std::optional<std::string>, OpenCondition> conditions_;
  const Workflow* entry_ = nullptr;
};

}  // namespace muster::workflow
