// What is wrong with a step that puts an older version back.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "checks/workflow/chain.h"

namespace muster::workflow {

/// What is wrong with the rollbacks of a chain.
struct RollbackDefect {
  std::string code;
  Severity severity = Severity::High;
  /// Continues "the rollback of job `x` …".
  std::string what;
  std::string repair;
  SourceRef where;
  std::vector<std::string> scenario;
  /// Set: what decides is not known.
  bool open = false;
};

using Defects = std::vector<RollbackDefect>;

/// A step of the same job whose output a rollback reads: the version to go back to.
struct VersionSource {
  const Step* step = nullptr;
  /// It is what that step deploys, or has made for the deploy. Otherwise the step asks for what
  /// runs.
  bool is_new = false;
};

/// What is known of a rollback step whatever deploy it is for.
struct RollbackStep {
  Defects defects;
  std::vector<VersionSource> sources;
};

/// Whether the command asks which version runs.
[[nodiscard]] bool reads_running_version(const Command& command);

/// Looks at each rollback step once for all chains.
class RollbackSteps {
 public:
  RollbackSteps(const JobRuns& runs, const Intent& intent) : runs_(runs), intent_(intent) {}

  [[nodiscard]] const RollbackStep& of(const RunParts& parts, const ChainPart& part);

 private:
  [[nodiscard]] RollbackStep look_at(const RunParts& parts, const ChainPart& part) const;
  void judge_means(const RunParts& parts, const ChainPart& part, Defects& found) const;

  const JobRuns& runs_;
  const Intent& intent_;
  std::map<std::pair<const RunParts*, RunPlace>, RollbackStep> known_;
};

}  // namespace muster::workflow
