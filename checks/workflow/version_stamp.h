// Whether what a job builds is told which version it is.
#pragma once

#include <map>
#include <string_view>

#include "checks/workflow/jobs.h"

namespace muster::workflow {

/// The first image that a job builds, and whether one of its builds is given a version.
struct VersionStamp {
  /// Null when it builds none.
  const SourceRef* build = nullptr;
  bool stamped = false;
};

/// The images of all runs. A stamp is a build argument, label or annotation that names a version or
/// commit and whose value the run gives, or a file that a script before the build writes it into.
class VersionStamps {
 public:
  [[nodiscard]] static VersionStamps build(const AuditInput& input);

  [[nodiscard]] const VersionStamp& in(const JobRun& run) const {
    return by_run_.at(run.recognised);
  }

 private:
  /// By what identifies a run.
  std::map<const Recognised*, VersionStamp> by_run_;
};

/// Whether `KEY=value` names a version or commit and has a value that differs from run to run:
/// `GIT_SHA=${{ github.sha }}`, not `NODE_VERSION=22`. `KEY` alone takes its value from outside.
[[nodiscard]] bool is_version_entry(std::string_view entry);

/// Whether a text holds an expansion that is the version or commit of the run, by its name:
/// `$GITHUB_SHA`, `${{ inputs.version }}`.
[[nodiscard]] bool reads_version(std::string_view text);

}  // namespace muster::workflow
