// On which refs a job can run, by the conditions on it, on the jobs that it waits for and on those
// that call it; and with which environment. Conditions are evaluated on every ref that they name
// and on "all others".
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "checks/workflow/jobs.h"

namespace muster::workflow {

/// Refs on which the job can run with one environment.
struct Reach {
  /// Empty text = none. Nothing = an environment that cannot be resolved.
  std::optional<std::string> environment;
  /// IAM globs over whole refs: never fewer refs than there are, perhaps more.
  std::vector<std::string> refs;
  /// Refs among them on which it certainly does not run so.
  std::vector<std::string> never;
};

/// The reaches of the run at `start` (whose ref is not looked at) among `refs` (IAM globs such as
/// `refs/heads/*`), in the order of `refs`. Empty when no condition can hold.
[[nodiscard]] std::vector<Reach> reaches(const JobRun& run, const Intent& intent,
                                         const Moment& start, const std::vector<std::string>& refs);

/// The job and, unless it asks for their status, all jobs that it waits for: it runs only when all
/// of them ran.
[[nodiscard]] std::vector<const Job*> job_chain(const Workflow& workflow, const Job& job);

/// Whether every condition can hold at this moment. `tests`: as for `may_hold`.
[[nodiscard]] bool can_run(const JobRun& run, const Intent& intent, const Moment& moment,
                           std::vector<RefTest>* tests = nullptr);

/// What `environment:` of the job is at this moment; an empty text for none.
[[nodiscard]] Values environment_at(const JobRun& run, const Intent& intent, const Moment& moment,
                                    std::vector<RefTest>* tests = nullptr);

/// What conditions may ask about the workflow before a `workflow_run`, by its whole name.
using KnownFacts = std::map<std::string, std::string, std::less<>>;

/// All conditions that must hold for the run.
[[nodiscard]] std::vector<const Text*> conditions_of(const JobRun& run);

/// The condition that a run by `workflow_run` with these facts does not meet, whatever else is so;
/// null when they may meet all.
[[nodiscard]] const Text* refused_by(const JobRun& run, KnownFacts facts);

/// Whether a run that follows another workflow goes on when that one failed: no condition asks how
/// it ended, and no script looks.
[[nodiscard]] bool runs_after_failure(const JobRun& run);

}  // namespace muster::workflow
