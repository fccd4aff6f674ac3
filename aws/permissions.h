// What the collection asks for, call by call, and the permission that each needs. The policy of the
// auditor's role is made of it (docs/auditor-role.md), and tests compare it with the calls that are
// made.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace muster::aws {

/// One call of a collector.
struct Operation {
  /// As in `Service::id`.
  std::string_view service;
  std::string_view action;
  /// Empty where it is the action under the service's name.
  std::string_view permission{};
};

/// Sorted by service and action. `sts:GetCallerIdentity`, which needs no permission, is not in it.
[[nodiscard]] std::span<const Operation> operations();

/// `s3:GetEncryptionConfiguration`, which `GetBucketEncryption` needs.
[[nodiscard]] std::string permission_of(const Operation& operation);

}  // namespace muster::aws
