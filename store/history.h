// The history of audits: every run, and for every finding the spans of runs in which it was open.
// Format and states: docs/history.md.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "checks/core/run.h"
#include "store/sqlite.h"

namespace muster::store {

/// One line of `history list`.
struct RunSummary {
  std::string id;
  /// running, complete or crashed. Only a complete run has counts, inputs and findings.
  std::string state;
  /// What it is compared with: runs of the same scope. See `RunPlace`.
  std::string scope;
  TimePoint started;
  std::string repository;
  std::string root;
  std::string tool_version;
  std::size_t passed = 0;
  std::size_t failed = 0;
  std::size_t waived = 0;
  std::size_t undecided = 0;
};

/// A past run: what was open in it.
struct StoredRun {
  RunSummary summary;
  std::vector<InputFile> inputs;
  std::vector<RuleCoverage> coverage;
  std::vector<NotCovered> not_covered;
  /// Sorted by severity (worst first), rule, asset.
  std::vector<PastFinding> open;
};

/// What changed between two runs.
struct RunDiff {
  RunSummary before;
  RunSummary after;
  std::vector<PastFinding> appeared;
  std::vector<PastFinding> disappeared;
  std::size_t unchanged = 0;
};

class History {
 public:
  /// Opens a history; `ReadWrite` makes the file and its folder. Errors: a foreign, damaged, newer
  /// or unreadable file.
  [[nodiscard]] static Result<History> open(const std::string& path, Database::Mode mode);

  /// Announces a run, so that a crash leaves a trace. Runs of dead processes become `crashed`.
  [[nodiscard]] Status begin(const Run& run);

  /// Writes a finished run in one transaction and tells what changed since the last complete run of
  /// the same scope. REQUIRES: `begin` was called for it. On error nothing of the run's results is
  /// kept.
  [[nodiscard]] Result<RunDelta> record(const Run& run);

  /// What tags named when runs of the same scope as this one saw them. Errors: more of them than
  /// any account has.
  [[nodiscard]] Result<std::vector<PastTag>> past_tags(const Run& run);

  /// The newest runs first.
  [[nodiscard]] Result<std::vector<RunSummary>> list(std::size_t limit);
  /// A run by id, by unique beginning of its id, or `last`, `last~1`, ….
  [[nodiscard]] Result<StoredRun> show(const std::string& name);
  /// `last~n` counts the runs of the other run's scope. Errors: runs of different scopes, or one
  /// that did not finish.
  [[nodiscard]] Result<RunDiff> diff(const std::string& before, const std::string& after);

 private:
  History(Database database, std::filesystem::path folder)
      : database_(std::move(database)), folder_(std::move(folder)) {}

  /// An empty scope = any.
  Result<std::int64_t> find_run(const std::string& name, const std::string& scope);
  Result<std::pair<std::int64_t, std::int64_t>> find_pair(const std::string& before,
                                                          const std::string& after);
  RunSummary summary_of(std::int64_t run);
  std::vector<PastFinding> open_in(std::int64_t run);

  Database database_;
  std::filesystem::path folder_;
};

}  // namespace muster::store
