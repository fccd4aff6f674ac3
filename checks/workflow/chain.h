// The parts of a deployment chain: what deploys, what tests before it, what looks at the service
// behind it, what goes back. Words and commands: rules/data/workflow-recognition.json.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "checks/workflow/deployments.h"
#include "checks/workflow/scenario.h"

namespace muster::workflow {

/// A step, or a job as a whole, that plays a part.
struct ChainPart {
  RunPlace place;
  SourceRef where;
  /// The command or name by which it is known: `make test`.
  std::string what;
  /// Rollbacks: it waits for a failure, or stands behind a deploy in the same job.
  bool automatic = false;
};

/// What plays a part in one run of a workflow. The parts stand in the order of the run.
struct RunParts {
  RunGraph graph;
  std::vector<ChainPart> tests;
  std::vector<ChainPart> smokes;
  /// Steps and jobs that put an older version back when something failed, or by their name.
  std::vector<ChainPart> rollbacks;
  std::set<RunPlace> rollback_places;
  /// What cannot be read here: scripts, called workflows of other repositories.
  std::vector<ChainPart> closed;

  [[nodiscard]] bool is_rollback(const RunPlace& place) const {
    return rollback_places.contains(place);
  }

  /// Whether `a` is over before `b` begins.
  [[nodiscard]] bool comes_before(const RunPlace& a, const RunPlace& b) const;
  /// For people: ``step `Smoke` ``, ``job `test` ``.
  [[nodiscard]] std::string named(const RunPlace& place) const;
};

/// A job that deploys something new, in one of the ways in which it runs.
struct Chain {
  const DeployingRun* deploying = nullptr;
  const RunParts* parts = nullptr;
  std::size_t job = 0;
  /// Without rollbacks; at least one, in order.
  std::vector<const TimedDeploy*> deploys;
  /// The events that start it; an empty one when nobody here calls its workflow.
  std::vector<std::string> events;

  [[nodiscard]] RunPlace place(const TimedDeploy& deploy) const {
    return {job, deploy.deploy.step};
  }
};

class Chains {
 public:
  [[nodiscard]] static Chains build(const AuditInput& input);

  /// The chains of each job together.
  [[nodiscard]] const std::vector<std::vector<Chain>>& by_job() const { return by_job_; }

  [[nodiscard]] bool goes_back_after_failure(const Step& step) const {
    return automatic_.contains(&step);
  }

  /// The runs in which something deploys or is published.
  [[nodiscard]] const std::deque<RunParts>& runs() const { return runs_; }

  /// What plays a part in the run of a job that deploys or publishes.
  [[nodiscard]] const RunParts& parts_of(const JobRun& run) const { return *parts_.at(&run); }

 private:
  const RunParts& take_in(const JobRuns& runs, const Sources& sources, const JobRun& run);

  std::deque<RunParts> runs_;
  /// By the workflow that is started and the one at the top of the calls.
  std::map<std::pair<const Workflow*, const Workflow*>, const RunParts*> by_root_;
  std::vector<std::vector<Chain>> by_job_;
  std::set<const Step*> automatic_;
  std::map<const JobRun*, const RunParts*> parts_;
};

/// Whether a name says that something goes back: `rollback.yml`, `Revert to previous`; not
/// `deploy with rollback`.
[[nodiscard]] bool names_rollback(std::string_view name);

/// Whether a workflow is there to go back: its file or name begins or ends so, and no push starts
/// it.
[[nodiscard]] bool is_rollback_workflow(const Workflow& workflow);

[[nodiscard]] bool is_test(const Command& command);

}  // namespace muster::workflow
