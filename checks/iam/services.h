// AWS services that say for whom they act when they assume a role: dated data of
// rules/data/confused-deputy-services.json.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace muster::iam {

/// Services that send `aws:SourceArn` and `aws:SourceAccount` when they assume a role.
[[nodiscard]] const std::vector<std::string>& source_sending_services();

/// Date of the data, e.g. `2026-09-26`.
[[nodiscard]] std::string_view service_data_date();

}  // namespace muster::iam
