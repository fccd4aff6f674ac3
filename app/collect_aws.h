// `muster collect aws`: the facts of one account or several as a folder that `muster audit --facts`
// reads.
#pragma once

#include <string>
#include <vector>

#include "app/command.h"

namespace muster::app {

struct CollectAwsOptions {
  /// Folder to write; missing, empty, or one of which the collection was interrupted.
  std::string out;
  std::string profile;
  /// Empty: the one of the environment or profile. `all`: every one that the account may use.
  std::vector<std::string> regions;
  /// The account that must answer; empty: any.
  std::string account;
  /// Several accounts, each into its own folder: these, or all active ones of the organisation.
  std::vector<std::string> accounts;
  bool organization = false;
  /// The name of the role to assume in each, and what its trust policy may ask for.
  std::string role;
  std::string external_id;
  bool json = false;
  bool verbose = false;
};

/// Asks AWS and writes the folder; one that is ended in between is finished by the next. Returns
/// `kClean` when everything was read, `kIncomplete` when something that an audit needs was not, or
/// nothing could be asked at all; `kUsage` for settings.
int collect_aws(const CollectAwsOptions& options, const Console& console);

}  // namespace muster::app
