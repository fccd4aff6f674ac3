// The long-lived access keys of IAM users, from outputs of `aws iam list-access-keys`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/core/check.h"

namespace muster::iam {

struct AccessKey {
  std::string user;
  /// `AKIA…`: names the key, is not secret; shown only in part.
  std::string id;
  bool active = false;
  std::optional<TimePoint> created;
  SourceRef where;
};

class AccessKeys {
 public:
  [[nodiscard]] static AccessKeys build(const AuditInput& input);

  /// In document order.
  [[nodiscard]] const std::vector<AccessKey>& all() const { return keys_; }

 private:
  std::vector<AccessKey> keys_;
};

}  // namespace muster::iam
