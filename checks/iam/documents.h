// Account documents as AWS prints them: roles with their policies inside. The policy texts may be
// objects (CLI) or URL-encoded strings (API).
#pragma once

#include <string>
#include <vector>

#include "checks/core/facts.h"
#include "checks/iam/model.h"
#include "checks/text/tree.h"

namespace muster::iam {

/// A role as an account document describes it.
struct RoleDocument {
  std::string arn;
  std::string name;
  /// The trust policy, or the role when it has none.
  SourceRef where;
  Result<policy::Policy> trust;
  std::vector<IdentityPolicy> identity;
};

/// Parses an account document with room for thousands of roles.
[[nodiscard]] Result<text::Tree> parse_account_json(const Document& document);

/// The roles in the output of `aws iam get-role` (key `Role`) or
/// `get-account-authorization-details` (key `RoleDetailList`). A role without readable trust keeps
/// its error.
[[nodiscard]] std::vector<RoleDocument> role_documents(const text::Node& root);

/// A policy that stands inside another document: an object, or a JSON text (plain or URL-encoded)
/// in a string. All places of a policy from a string are that string.
[[nodiscard]] Result<policy::Policy> nested_policy(const text::Node& node, policy::PolicyType type);

/// Whether a bare policy is a role's trust policy: a statement allows an `sts:` action and names no
/// resource (or names a federated principal, which no other policy can).
[[nodiscard]] bool is_trust_policy(const text::Node& root);

}  // namespace muster::iam
