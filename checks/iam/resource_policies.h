// The policies of resources (buckets, keys, secrets, repositories, queues, topics, functions) that
// the account facts hold (docs/account-facts.md) or infrastructure code declares
// (docs/infrastructure.md).
#pragma once

#include <optional>
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
  /// Null when it has none, or when `missing` says why its text is not known. With both, the text
  /// is a part of it.
  SharedPolicy policy;
  std::string missing;
  SourceRef where;
  /// What limits an answer about it: where else a policy of it is declared, what is taken for what.
  std::vector<std::string> notes{};
};

/// A declared policy of a resource that nobody knows.
struct UnassignedPolicy {
  /// As in ARNs.
  std::string service;
  SourceRef where;
  std::string why;
};

class ResourcePolicies {
 public:
  [[nodiscard]] static ResourcePolicies build(const AuditInput& input);

  /// Sorted by ARN; of several with the same ARN that of the account facts, else the first. ARNs of
  /// declared ones have stand-ins for what is not known (`infrastructure.h`).
  [[nodiscard]] const std::vector<ResourcePolicy>& all() const { return policies_; }

  /// Of this resource, or of the one that it is a part of: the bucket of an object, the function of
  /// a version; nothing when the facts do not name it. A declared one whose account or region is
  /// not known counts as one of this resource, and a note says so.
  [[nodiscard]] std::optional<ResourcePolicy> of(std::string_view arn) const;

  [[nodiscard]] const std::vector<UnassignedPolicy>& unassigned() const { return unassigned_; }

  /// Documents and entries that could not be read.
  [[nodiscard]] const std::vector<Unreadable>& unreadable() const { return unreadable_; }

 private:
  void read_facts(const AuditInput& input);
  void read_declared(const AuditInput& input);

  std::vector<ResourcePolicy> policies_;
  std::vector<UnassignedPolicy> unassigned_;
  std::vector<Unreadable> unreadable_;
};

/// The policy with account and region in the place of what stands in for them, in its ARN and all
/// texts; an empty one leaves its stand-in.
[[nodiscard]] ResourcePolicy settled(const ResourcePolicy& policy, std::string_view account,
                                     std::string_view region);

/// Whether resources of the service may have policies of their own. `service`: as in ARNs. Source:
/// IAM User Guide, "AWS services that work with IAM".
[[nodiscard]] bool has_resource_policies(std::string_view service);

}  // namespace muster::iam
