// Which services a role used, as IAM found out for it. Source: IAM API Reference,
// GetServiceLastAccessedDetails; IAM User Guide, "Refine permissions in AWS using last accessed
// information": the last 400 days, permission policies alone, refused attempts too.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/check.h"

namespace muster::iam {

/// A service that the permission policies of a role grant something of.
struct ServiceLastAccessed {
  /// As actions name it: `s3`.
  std::string service;
  /// Absent = not in the last 400 days.
  std::optional<TimePoint> last;
};

/// What was found out for one role.
struct RoleServices {
  TimePoint as_of{};
  std::vector<ServiceLastAccessed> services;
  SourceRef where;
};

class LastAccessed {
 public:
  [[nodiscard]] static LastAccessed build(const AuditInput& input);

  /// By ARN of the role; null when the facts hold no such answer.
  [[nodiscard]] const RoleServices* find(std::string_view role) const;

 private:
  std::map<std::string, RoleServices, std::less<>> roles_;
};

}  // namespace muster::iam
