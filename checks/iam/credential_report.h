// The credential report of an account (`aws iam get-credential-report`): one line of CSV per user,
// the root user among them. Source: IAM User Guide, "Generate credential reports", the list of
// columns.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/check.h"
#include "checks/text/tree.h"

namespace muster::iam {

struct ReportedKey {
  bool active = false;
  /// When it was made or last replaced.
  std::optional<TimePoint> rotated;
  /// Nothing when it was never used.
  std::optional<TimePoint> used;
};

struct ReportedUser {
  /// `<root_account>` for the root user.
  std::string name;
  std::string arn;
  std::array<ReportedKey, 2> keys;
  /// Its line; of a report inside JSON, the text that holds it.
  SourceRef where;
};

struct CredentialReport {
  std::vector<ReportedUser> users;
  /// When AWS made it; nothing for a bare CSV.
  std::optional<TimePoint> generated;
};

/// Whether a text is such a report in CSV, by its first columns.
[[nodiscard]] bool is_credential_csv(std::string_view bytes);

/// Errors (`Invalid`): a column that is needed is missing, or a line has another number of values
/// than the head.
[[nodiscard]] Result<CredentialReport> parse_credential_csv(std::string_view csv,
                                                            const SourceId& source);

/// The output of the command: `Content` in base64, `GeneratedTime`. Nothing when the object is
/// another one. Errors: as above, and when the content is no base64.
[[nodiscard]] std::optional<Result<CredentialReport>> credential_report(const text::Node& root);

}  // namespace muster::iam
