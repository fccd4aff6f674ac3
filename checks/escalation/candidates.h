// Resources that a caller may name for an action: for each resource type of the catalogue, ARNs of
// its own account that some pattern of its policies matches.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/iam/account.h"

namespace muster::escalation {

/// Where a caller makes things: `aws`, `aws-cn`, `aws-us-gov`, and 12 digits.
struct Home {
  std::string_view partition;
  std::string_view account;
};

/// REQUIRES: the principal outlives it.
[[nodiscard]] Home home_of(const iam::Principal& principal);

/// The partition that a region is in.
[[nodiscard]] std::string_view partition_of(std::string_view region);

/// Per resource type that the action needs, the ARNs to try; all types must be allowed. An action
/// without resource types, or one that the catalogue lacks, has the one resource `*`. `patterns`:
/// what the policies name.
[[nodiscard]] std::vector<std::vector<std::string>> nameable(
    std::string_view action, const Home& home, const std::vector<std::string>& patterns);

/// The ARNs of a thing as requests name it: the ARN itself, and with a longer last part where the
/// action's resource type wants one (`stack/NAME/ID`).
[[nodiscard]] std::vector<std::string> spellings(std::string_view action, const std::string& arn);

}  // namespace muster::escalation
