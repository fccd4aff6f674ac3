// The long-lived access keys of IAM users and of the root user, from outputs of `aws iam
// list-access-keys` and from credential reports.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/core/check.h"
#include "checks/iam/credential_report.h"
#include "checks/iam/documents.h"

namespace muster::iam {

struct AccessKey {
  /// `<root_account>` for the root user.
  std::string user;
  /// From the report, or of the only user of that name among the facts; empty = unknown.
  std::string arn;
  /// `AKIA…`: names the key, is not secret; shown only in part. A report does not tell it.
  std::string id;
  /// Its number in the report, 1 or 2; 0 in lists.
  int number = 0;
  bool active = false;
  std::optional<TimePoint> created;
  /// How it was used, by a report: `last used on 2025-01-02, 323 days before the report`; empty =
  /// unknown.
  std::string usage;
  SourceRef where;
};

class AccessKeys {
 public:
  [[nodiscard]] static AccessKeys build(const AuditInput& input);

  /// In document order; of a user in a report two, active or not.
  [[nodiscard]] const std::vector<AccessKey>& all() const { return keys_; }

  /// Reports that could not be read.
  [[nodiscard]] const std::vector<Unreadable>& unreadable() const { return unreadable_; }

 private:
  void add_report(const Document& document, Result<CredentialReport> report, TimePoint now);
  void find_owners(const std::vector<HolderDocument>& users);

  std::vector<Unreadable> unreadable_;
  std::vector<AccessKey> keys_;
};

/// The need of rules about access keys.
[[nodiscard]] std::vector<Unreadable> unreadable_access_keys(const AuditInput& input);

}  // namespace muster::iam
