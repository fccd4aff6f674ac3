// The policies of resources (buckets, keys, secrets, repositories, queues, topics, functions) that
// the account facts hold. Format of the facts: docs/account-facts.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/core/check.h"
#include "checks/iam/account.h"

namespace muster::iam {

/// What is known of the policy of one resource.
struct ResourcePolicy {
  /// `arn:aws:s3:::acme-bundles`
  std::string arn;
  /// Who owns it: 12 digits, as the facts say or from the ARN; empty = unknown.
  std::string account;
  /// Null when it has none, or when `missing` says why its text is not known.
  SharedPolicy policy;
  std::string missing;
  SourceRef where;
};

class ResourcePolicies {
 public:
  [[nodiscard]] static ResourcePolicies build(const AuditInput& input);

  /// Sorted by ARN; of several with the same ARN the first that was read.
  [[nodiscard]] const std::vector<ResourcePolicy>& all() const { return policies_; }

  /// Of this resource, or of the one that it is a part of: the bucket of an object, the function of
  /// a version; null when the facts do not name it.
  [[nodiscard]] const ResourcePolicy* of(std::string_view arn) const;

  /// Documents and entries that could not be read.
  [[nodiscard]] const std::vector<Unreadable>& unreadable() const { return unreadable_; }

 private:
  std::vector<ResourcePolicy> policies_;
  std::vector<Unreadable> unreadable_;
};

/// Whether resources of the service may have policies of their own. `service`: as in ARNs. Source:
/// IAM User Guide, "AWS services that work with IAM".
[[nodiscard]] bool has_resource_policies(std::string_view service);

}  // namespace muster::iam
