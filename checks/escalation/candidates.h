// Resources that a caller may name for an action: for each resource type of the catalogue, ARNs of
// its own account that some pattern of its policies matches.
#pragma once

#include <functional>
#include <set>
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

/// Adds the names to try for one ARN template of the catalogue.
using NamesOfTemplate =
    std::function<void(const std::string& arn_template, std::set<std::string>& names)>;

/// Per resource type that the action needs, what `names_of` finds for its templates; of types that
/// it may name, when it needs none, all together. An action without resource types, or one that the
/// catalogue lacks, has the one resource `*`.
[[nodiscard]] std::vector<std::vector<std::string>> per_resource_type(
    std::string_view action, const NamesOfTemplate& names_of);

/// As `per_resource_type`, the ARNs to try; all types must be allowed. `patterns`: what the
/// policies name.
[[nodiscard]] std::vector<std::vector<std::string>> nameable(
    std::string_view action, const Home& home, const std::vector<std::string>& patterns);

/// The ARNs of a thing as requests name it: the ARN itself, and with a longer last part where the
/// action's resource type wants one (`stack/NAME/ID`).
[[nodiscard]] std::vector<std::string> spellings(std::string_view action, const std::string& arn);

}  // namespace muster::escalation
