// Account documents as AWS prints them: users, groups and roles with their policies inside. The
// policy texts may be objects (CLI) or URL-encoded strings (API).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/facts.h"
#include "checks/iam/model.h"
#include "checks/text/tree.h"

namespace muster::iam {

/// One version of a managed policy.
struct PolicyVersion {
  /// `v3`
  std::string id;
  /// Null when its text could not be read.
  std::shared_ptr<const policy::Policy> policy;
};

/// A managed policy as the list `Policies` of the account details has it.
struct ManagedPolicy {
  std::string arn;
  std::string name;
  /// The default version; null when `missing` says why.
  std::shared_ptr<const policy::Policy> policy;
  std::string missing;
  /// The other versions that the facts hold.
  std::vector<PolicyVersion> others;
  SourceRef where;
};

/// The managed policies of all account documents, by ARN; each text is read once.
class ManagedPolicies {
 public:
  /// Adds the list `Policies` of an account document; the first that names an ARN wins.
  void add(const text::Node& root);

  [[nodiscard]] const ManagedPolicy* find(std::string_view arn) const;
  /// A policy of this ARN as somebody has it attached, or as boundary. Those that are well known
  /// have their text without facts (aws_policies.h).
  [[nodiscard]] IdentityPolicy attached(std::string name, std::string arn) const;

  /// Gives managed policies without text (but with an ARN) theirs, where the facts hold it.
  void complete(std::vector<IdentityPolicy>& policies) const;
  void complete(std::optional<IdentityPolicy>& policy) const;

  [[nodiscard]] const std::map<std::string, ManagedPolicy, std::less<>>& all() const {
    return policies_;
  }

 private:
  std::map<std::string, ManagedPolicy, std::less<>> policies_;
};

/// A role as an account document describes it.
struct RoleDocument {
  std::string arn;
  std::string name;
  std::string path;
  /// The trust policy, or the role when it has none.
  SourceRef where;
  Result<policy::Policy> trust;
  std::vector<IdentityPolicy> identity;
  std::optional<IdentityPolicy> boundary;
  std::vector<Tag> tags;
  /// ARNs.
  std::vector<std::string> instance_profiles;
  std::optional<RoleLastUsed> last_used{};
  std::optional<TimePoint> created{};
};

/// A user (with `groups`) or a group of `get-account-authorization-details`.
struct HolderDocument {
  std::string arn;
  std::string name;
  std::string path;
  SourceRef where;
  /// Inline, then attached.
  std::vector<IdentityPolicy> identity;
  std::optional<IdentityPolicy> boundary;
  std::vector<Tag> tags;
  /// Names of a user's groups.
  std::vector<std::string> groups;
};

/// Parses an account document with room for thousands of roles. A credential report in CSV gives
/// an empty object: it has nothing for readers of JSON.
[[nodiscard]] Result<text::Tree> parse_account_json(const Document& document);

/// The roles in the output of `aws iam get-role` (key `Role`) or
/// `get-account-authorization-details` (key `RoleDetailList`). A role without readable trust keeps
/// its error. Attached policies are looked up in `managed`.
[[nodiscard]] std::vector<RoleDocument> role_documents(const text::Node& root,
                                                       const ManagedPolicies& managed);
/// The same with the managed policies of this document alone.
[[nodiscard]] std::vector<RoleDocument> role_documents(const text::Node& root);

/// The users (`UserDetailList`) and the groups (`GroupDetailList`) of the account details.
[[nodiscard]] std::vector<HolderDocument> user_documents(const text::Node& root,
                                                         const ManagedPolicies& managed);
[[nodiscard]] std::vector<HolderDocument> group_documents(const text::Node& root,
                                                          const ManagedPolicies& managed);

/// A policy that stands inside another document: an object, or a JSON text (plain or URL-encoded)
/// in a string. All places of a policy from a string are that string.
[[nodiscard]] Result<policy::Policy> nested_policy(const text::Node& node, policy::PolicyType type);

/// Whether a bare policy is a role's trust policy: a statement allows an `sts:` action and names no
/// resource (or names a federated principal, which no other policy can).
[[nodiscard]] bool is_trust_policy(const text::Node& root);

}  // namespace muster::iam
