// `muster collect github`: the settings of repositories as a folder that `muster audit --facts`
// reads.
#pragma once

#include <string>
#include <vector>

#include "app/command.h"

namespace muster::app {

struct CollectGithubOptions {
  /// Folder to write into: its `github/` is missing, or of an earlier collection.
  std::string out;
  /// `OWNER/NAME`; none: the remote of `checkout`.
  std::vector<std::string> repositories;
  /// All repositories of an organisation that are not archived.
  std::string organisation;
  /// Empty: `GITHUB_API_URL`, else that of the remote's host, else github.com's.
  std::string api_url;
  std::string checkout = ".";
  /// For how many seconds in all it waits for limits of GitHub.
  unsigned wait = 900;
  bool json = false;
  bool verbose = false;
};

/// Asks GitHub and writes the folder; its manifest says so first that the collection did not end,
/// and what was read last. Returns `kClean` when all was read that the token may see, `kIncomplete`
/// when something failed, or nothing could be asked at all; `kUsage` for settings.
int collect_github(const CollectGithubOptions& options, const Console& console);

}  // namespace muster::app
