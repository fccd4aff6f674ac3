// Which commit `muster gate` compares with, and what it holds.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/git_objects.h"
#include "app/repository.h"

namespace muster::app {

struct GateBase {
  /// Full object name.
  std::string commit;
  /// For people: ``where this branch left `origin/main` ``
  std::string how;
  /// muster.yaml of that commit; not declared when it has none.
  Intent intent;
  Repository repository;
  /// Object names of all its files.
  std::vector<GitBlob> blobs;
  std::vector<std::string> submodules;
};

/// Finds and reads the base. `wanted`: the user's choice, or empty; then a pull request of GitHub
/// Actions is compared with its base branch, a push with what was there before
/// (`GITHUB_EVENT_BEFORE`), else the default branch counts. Errors: `Usage` when there is no such
/// commit here, with what to do.
[[nodiscard]] Result<GateBase> read_base(const GitObjects& git, const std::filesystem::path& root,
                                         const std::string& wanted);

}  // namespace muster::app
