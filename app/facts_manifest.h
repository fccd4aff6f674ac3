// The manifest of a collected folder of facts: what the collection could not read is missing in an
// audit too, and so is what is no longer as it was collected.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checks/core/facts.h"

namespace muster::app {

struct FactsManifest {
  /// What was not collected. A manifest that cannot be understood is missing as a whole.
  std::vector<NotCovered> not_covered;
  /// SHA-256 in hexadecimal of every file that was collected, by its path from the audited root.
  std::map<std::string, std::string> files;
  /// Of one that speaks of several accounts: the manifests of the accounts that were read at all.
  std::vector<std::string> accounts;
};

/// Nothing when the file is no manifest. `shown`: the file's path.
[[nodiscard]] std::optional<FactsManifest> read_facts_manifest(const std::string& shown,
                                                               const std::string& bytes);

}  // namespace muster::app
