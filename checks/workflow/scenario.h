// What runs when one thing fails: one run of a workflow, with the workflows that it calls,
// simulated job by job and step by step. What the files do not tell (inputs, outputs, variables) is
// assumed both ways, one world for each way; in one world everything is certain. Semantics: GitHub
// Docs, "Evaluate expressions", "Using conditions to control job execution".
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checks/workflow/jobs.h"
#include "checks/workflow/open_condition.h"

namespace muster::workflow {

/// One job of a run: an ordinary one, or one that calls a workflow.
struct RunJob {
  const Workflow* workflow = nullptr;
  const Job* job = nullptr;
  /// The calling jobs around it, outermost first.
  Callers callers;
  /// Null for a job that calls a workflow.
  const JobRun* run = nullptr;
  /// Indices of the jobs that it waits for, and of all that these wait for.
  std::vector<std::size_t> needs;
  std::vector<std::size_t> ancestors;
  /// The job that calls its workflow.
  std::optional<std::size_t> caller;
  /// The jobs of the workflow that it calls; empty when that is not here.
  std::vector<std::size_t> inside;

  [[nodiscard]] Asset asset() const { return workflow->asset(*job); }
};

/// All jobs of the run that a job belongs to.
class RunGraph {
 public:
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
  std::size_t add(const Workflow& workflow, const Job& job, std::optional<std::size_t> caller);

  std::vector<RunJob> jobs_;
  const Workflow* entry_ = nullptr;
};

/// A place of the run. Without a step: the job as a whole.
struct RunPlace {
  std::size_t job = 0;
  const Step* step = nullptr;

  friend auto operator<=>(const RunPlace&, const RunPlace&) = default;
};

enum class Ending { Skipped, Success, Failure, Cancelled };

/// The one thing that goes wrong, as soon as it runs.
struct Fault {
  RunPlace place;
  /// `Failure` or `Cancelled`.
  Ending ending = Ending::Failure;
};

/// What is assumed in one world, and the way through all of them.
class Assumptions {
 public:
  /// Whether the part is true in this world; true first. `key`: what goes together; `scope`: where
  /// its name means the same.
  [[nodiscard]] bool ask(const std::string& key, const std::string& scope,
                         const ConditionPart& part);

  /// Goes to the next world; false behind the last one, and after too many.
  bool next();

  /// More worlds than are looked at.
  [[nodiscard]] bool gave_up() const { return gave_up_; }

  /// Whether it takes the output `steps.x.outputs.y` or `needs.x.outputs.y` for an empty text.
  [[nodiscard]] bool takes_as_empty(std::string_view output) const;

  /// In words: `inputs.force == 'yes'`, `not github.ref == 'refs/heads/main'`.
  [[nodiscard]] std::vector<std::string> in_words() const;

 private:
  struct Choice {
    std::string key;
    std::string name;
    std::string literal;
    std::string text;
    bool value = true;
  };

  std::vector<Choice> choices_;
  std::size_t worlds_ = 0;
  bool gave_up_ = false;
};

/// How everything went. Only what was asked about, and what it depends on, is in it.
class Course {
 public:
  [[nodiscard]] Ending ending(const RunPlace& place) const;

  [[nodiscard]] bool ran(const RunPlace& place) const { return ending(place) != Ending::Skipped; }

 private:
  friend class Simulation;

  std::vector<Ending> jobs_;
  std::map<RunPlace, Ending> steps_;
};

/// Runs a graph under one event.
class Simulation {
 public:
  /// `asked`: the places whose endings are wanted, those of faults among them. `event`: empty =
  /// any. The graph and the intent must outlive it.
  Simulation(const RunGraph& graph, const Intent& intent, std::string event,
             std::vector<RunPlace> asked);

  /// One run in the world of the assumptions; `fault` null = nothing goes wrong.
  [[nodiscard]] Course run(const Fault* fault, Assumptions& world) const;

 private:
  struct Frame;
  class Runner;

  /// A step that is looked at: its condition, and how many composite actions are around it.
  struct PlannedStep {
    const Step* step = nullptr;
    std::size_t depth = 0;
    OpenCondition condition;
  };

  struct PlannedJob {
    bool relevant = false;
    OpenCondition condition;
    std::vector<PlannedStep> steps;
  };

  void mark_relevant(std::size_t job);
  void plan_steps(std::size_t job);

  const RunGraph& graph_;
  const Intent& intent_;
  std::string event_;
  std::vector<RunPlace> asked_;
  std::vector<PlannedJob> plan_;
};

/// How often something happens, over all worlds in which the question arises.
struct Tally {
  std::size_t yes = 0;
  std::size_t no = 0;
  /// What the first world of each answer assumes.
  std::vector<std::string> yes_world;
  std::vector<std::string> no_world;
  /// There are more worlds than were looked at.
  bool gave_up = false;

  [[nodiscard]] bool always() const { return yes > 0 && no == 0 && !gave_up; }

  [[nodiscard]] bool never() const { return yes == 0 && !gave_up; }
};

/// Asks the same of the run in which all goes well and of the one with the fault, world by world;
/// nothing = the question does not arise.
using AskCourse = std::function<std::optional<bool>(const Course& good, const Course& bad,
                                                    const Assumptions& world)>;
[[nodiscard]] Tally ask_worlds(const Simulation& simulation, const Fault& fault,
                               const AskCourse& ask);

}  // namespace muster::workflow
