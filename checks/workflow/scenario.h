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

#include "checks/workflow/assumptions.h"
#include "checks/workflow/run_graph.h"

namespace muster::workflow {

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
  [[nodiscard]] Course run(const Fault* fault, Assumptions& world);

  /// What has been done so far: jobs, steps and parts of conditions looked at.
  [[nodiscard]] std::size_t looks() const { return looks_; }

 private:
  struct Frame;
  class Runner;

  struct PlannedJob {
    bool relevant = false;
    /// The steps that are looked at.
    std::vector<const RunStep*> steps;
  };

  void mark_relevant(std::size_t job);
  void plan_steps(std::size_t job);

  const RunGraph& graph_;
  const Intent& intent_;
  std::string event_;
  std::vector<RunPlace> asked_;
  std::vector<PlannedJob> plan_;
  std::size_t looks_ = 0;
  /// What the contexts alone say of a part at a place: the same in every world.
  std::map<std::pair<const ConditionPart*, RunPlace>, std::optional<bool>> settled_;
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

/// Continues "whether …" for a question that was given up.
inline constexpr std::string_view kTooManyWays =
    "is not known: there are more ways through the jobs than are looked at";

/// Nothing = the question does not arise.
using AskCourse = std::function<std::optional<bool>(const Course& good, const Course& bad,
                                                    const Assumptions& world)>;

/// Simulates for one rule. What all its questions about one graph take together is bounded: a
/// question behind that is given up.
class Simulator {
 public:
  explicit Simulator(const Intent& intent) : intent_(intent) {}

  [[nodiscard]] const Intent& intent() const { return intent_; }

  /// Asks the same of the run in which all goes well and of the one with the fault, world by world.
  /// `asked`: as for `Simulation`.
  [[nodiscard]] Tally ask(const RunGraph& graph, const std::string& event,
                          std::vector<RunPlace> asked, const Fault& fault, const AskCourse& ask);

  /// Whether every further question about the graph is given up.
  [[nodiscard]] bool is_at_its_end(const RunGraph& graph) const;

 private:
  const Intent& intent_;
  /// By graph: what has been looked at so far.
  std::map<const RunGraph*, std::size_t> spent_;
};

}  // namespace muster::workflow
