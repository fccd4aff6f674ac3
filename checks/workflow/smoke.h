// Smoke tests: commands that ask the deployed service whether it works, and whether their failure
// makes the run fail.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checks/workflow/deployments.h"
#include "checks/workflow/shell_program.h"

namespace muster::workflow {

/// How a step's shell is started, by its `shell`; nothing for one that is no Bourne shell. Source:
/// GitHub Docs, "Workflow syntax", `jobs.<job_id>.steps[*].shell`.
[[nodiscard]] std::optional<ShellOptions> shell_options(std::string_view shell);

/// Whether the command asks a service that is not on this machine; with `remote`, also one that is.
/// Downloads, and calls of chat and token services, are none. Source:
/// rules/data/workflow-recognition.json, `smoke`.
[[nodiscard]] bool is_smoke(const std::vector<std::string>& words, bool remote);

/// Whether a step behind one with `continue-on-error` fails the job when that one has failed;
/// nothing where it looks at the outcome in a way that is not followed.
[[nodiscard]] std::optional<bool> is_told_later(const JobRun& run, const Step& tolerated);

enum class SmokeStrength {
  /// Nothing that it finds reaches the end of its step.
  CannotFail,
  /// Only a service that does not answer at all fails it: HTTP 500 passes.
  Weak,
  Unknown,
  Blocking,
};

/// What a step's failing smoke test does to its run.
struct SmokeVerdict {
  SmokeStrength strength = SmokeStrength::Blocking;
  /// Why it is not blocking, in words.
  std::string because;
};

/// The smoke test of one step, written in the workflow or in a local action.
struct SmokeStep {
  const Step* step = nullptr;
  /// Its commands, in order; at least one.
  std::vector<const StepCommand*> commands;
  SmokeVerdict verdict;
};

/// A smoke test behind a deployment.
struct SmokeBehind {
  /// The first command behind it.
  const StepCommand* command = nullptr;
  const SmokeVerdict* verdict = nullptr;
};

/// The smoke tests of all runs. What runs only after a failure asks about the rollback, and is
/// none.
class SmokeTests {
 public:
  [[nodiscard]] static SmokeTests build(const AuditInput& input);

  /// In order.
  [[nodiscard]] const std::vector<SmokeStep>& in(const JobRun& run) const;

  /// The strongest behind the first deployment of the run (a rollback deploys too), in its job and
  /// in jobs that wait for it; nothing without any.
  [[nodiscard]] std::optional<SmokeBehind> best_behind(const DeployingRun& deploying,
                                                       const JobRuns& runs) const;

 private:
  /// By what identifies a run; runs without smoke tests are left out.
  std::map<const Recognised*, std::vector<SmokeStep>> by_run_;
};

}  // namespace muster::workflow
