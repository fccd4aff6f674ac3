// The file in which deploys keep what runs on a host and what ran before.
#pragma once

#include <optional>
#include <string>

#include "checks/host/hosts.h"

namespace muster::host {

struct DeployState {
  /// Why it is no state; empty when it is one.
  std::string defect;
  /// Why that is not known.
  std::string unknown;
  /// Versions that its members name; empty when they do not.
  std::string current;
  std::string previous;
  SourceRef where;
};

/// Reads what the facts tell of the file. Its members are texts: those that are not count as none.
[[nodiscard]] DeployState read_state(const Host& host, const IntentState& declared);

/// Whether the name stands for the same bytes for ever: a commit, or an image by its digest.
[[nodiscard]] bool is_immutable(std::string_view version);

}  // namespace muster::host
