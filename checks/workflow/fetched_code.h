// Files that a job fetches from somebody else, and what it does with them: runs them, or sends them
// on. Shared by the rules about checkouts and artifacts of outsiders.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "checks/workflow/starts.h"

namespace muster::workflow {

/// A step that puts somebody's files into the workspace.
struct Fetch {
  const Step* step = nullptr;
  SourceRef where;
  /// What is fetched, as written.
  std::string what;
  /// Under the workspace; empty = the workspace itself.
  std::string folder;
  /// The answer cannot be read off the file: why.
  std::string unknown;
};

/// What is done with the fetched files.
struct FetchUse {
  SourceRef where;
  std::string what;
};

/// A fetch whose files are used, by a start of outsiders.
struct ForeignUse {
  Fetch fetch;
  FetchUse use;
  Start start;
};

/// All fetches of a run under an event, in order.
using FetchFinder = std::function<std::vector<Fetch>(const JobRun& run, const Intent& intent,
                                                     const std::string& event)>;
/// What a step behind the fetch does with the files.
using UseFinder =
    std::function<std::optional<FetchUse>(const JobRun& run, const Step& step, const Fetch& fetch)>;

/// Whether the place lies behind the fetch, when both stand in one step.
[[nodiscard]] bool is_behind(const SourceRef& where, const Step& step, const Fetch& fetch);

/// What the step runs of the fetched files: a program of theirs, or one that runs what stands in
/// the folder (`make`, `npm ci`).
[[nodiscard]] std::optional<FetchUse> code_run(const JobRun& run, const Step& step,
                                               const Fetch& fetch);

/// The run's fetches that outsiders reach and whose files it uses, each with its first use.
[[nodiscard]] std::vector<ForeignUse> foreign_uses(const JobRun& run, const AuditInput& input,
                                                   const FetchFinder& fetches,
                                                   const UseFinder& use_in);

/// Reports the use as a defect: who starts the run, what is fetched, what is done with it (`does`:
/// `runs`), what the job holds.
OutcomeDraft fail_foreign_use(const JobRun& run, const ForeignUse& found, std::string_view does,
                              Outcomes& out);

/// Asks about each job's runs until `report` has told something of one; a job of which nothing is
/// told passes.
void judge_jobs(const AuditInput& input, Outcomes& out,
                const std::function<bool(const JobRun& run)>& report);

}  // namespace muster::workflow
