// Everything that the account facts say about one or several accounts: users, groups, roles,
// managed policies, policies of the organisation; and every principal with the layers of policies
// that decide what it may do. Format of the facts: docs/account-facts.md.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/check.h"
#include "checks/iam/documents.h"
#include "checks/policy/stack.h"

namespace muster::iam {

/// A policy text that several holders share.
using SharedPolicy = std::shared_ptr<const policy::Policy>;

/// A role of an account document, and which document.
struct RoleFact {
  RoleDocument role;
  SourceId source;
};

/// The account documents of an audit, read once: outputs of `get-role` and
/// `get-account-authorization-details`, and account snapshots. A managed policy of one document
/// serves the holders of all.
class AccountFacts {
 public:
  [[nodiscard]] static AccountFacts build(const AuditInput& input);

  /// In document order; the same ARN may occur twice.
  [[nodiscard]] const std::vector<RoleFact>& roles() const { return roles_; }

  [[nodiscard]] const std::vector<HolderDocument>& users() const { return users_; }

  [[nodiscard]] const std::vector<HolderDocument>& groups() const { return groups_; }

  [[nodiscard]] const ManagedPolicies& managed() const { return managed_; }

  /// Levels from the root down to the account; null = not given, or the account of an
  /// organisation's management, to which they do not apply. Source: Organizations User Guide,
  /// "Service control policies" and "Resource control policies".
  [[nodiscard]] const std::vector<std::vector<IdentityPolicy>>* scp(std::string_view account) const;
  [[nodiscard]] const std::vector<std::vector<IdentityPolicy>>* rcp(std::string_view account) const;

  /// Whether the facts list the principals of the account, so that there are no others.
  [[nodiscard]] bool lists(std::string_view account) const;

  /// The accounts whose service control policies are given.
  [[nodiscard]] std::vector<std::string> scp_accounts() const;

  /// Whether the facts say which service control policies the account has.
  [[nodiscard]] bool knows_scp(std::string_view account) const;

  [[nodiscard]] const std::vector<Unreadable>& unreadable() const { return unreadable_; }

 private:
  using Levels = std::map<std::string, std::vector<std::vector<IdentityPolicy>>, std::less<>>;

  void read_organisation(const text::Node& root);
  static void read_levels(const text::Node& root, std::string_view key, policy::PolicyType type,
                          Levels& levels);

  std::vector<RoleFact> roles_;
  std::vector<HolderDocument> users_;
  std::vector<HolderDocument> groups_;
  ManagedPolicies managed_;
  Levels scp_;
  Levels rcp_;
  /// Of each organisation that the facts name.
  std::set<std::string, std::less<>> management_accounts_;
  std::set<std::string, std::less<>> listed_accounts_;
  std::vector<Unreadable> unreadable_;
};

enum class PrincipalKind { User, Role };

/// A user or a role with all its policies. Policies are shared, never copied.
struct Principal {
  PrincipalKind kind = PrincipalKind::Role;
  std::string arn;
  std::string name;
  /// `/`, `/app/`
  std::string path;
  /// 12 digits.
  std::string account;
  SourceRef where;
  /// Inline and attached; for a user then those of its groups, in the order of `groups`.
  std::vector<IdentityPolicy> identity;
  std::optional<IdentityPolicy> boundary;
  std::vector<Tag> tags;
  /// A user's groups, as ARNs.
  std::vector<std::string> groups;
  /// Null for a user.
  const Role* role = nullptr;
};

/// The layers that limit a principal wherever it goes, as shared texts.
struct PrincipalLayers {
  std::vector<SharedPolicy> identity;
  std::optional<std::vector<SharedPolicy>> boundary;
  std::optional<std::vector<std::vector<SharedPolicy>>> scp;
  /// Layers of which a text is missing.
  std::set<policy::Layer> open;
  /// Which texts, and why: `policy `audit` of role `deploy`: the account facts hold no text of it`.
  std::vector<std::string> missing;

  friend bool operator==(const PrincipalLayers&, const PrincipalLayers&) = default;
};

/// The principals of the account facts (every user, and every role that `Roles` knows as deployed)
/// and those that infrastructure code declares. One that is declared and deployed counts as
/// deployed, unless the declaration says something else: then it is there twice. A declared one
/// whose account or name is not known has a stand-in for it in its ARN.
class Principals {
 public:
  [[nodiscard]] static Principals build(const AuditInput& input);

  /// Sorted by ARN.
  [[nodiscard]] const std::vector<Principal>& all() const { return principals_; }

  /// Null when there is none.
  [[nodiscard]] const Principal* find(std::string_view arn) const;

 private:
  std::vector<Principal> principals_;
};

/// A role as a principal, whether the account facts hold it or not.
[[nodiscard]] Principal role_principal(const Role& role);

[[nodiscard]] PrincipalLayers layers_of(const Principal& principal, const AccountFacts& facts);

/// The layers for the evaluator: a copy of their texts. A layer that is not given (no boundary, no
/// known organisation) is absent.
[[nodiscard]] policy::Stack to_stack(const PrincipalLayers& layers);

/// As what a principal sends requests: a user's ARN, or a session of the role
/// (`arn:aws:sts::111122223333:assumed-role/deploy/session`).
[[nodiscard]] std::string caller_of(const Principal& principal);

}  // namespace muster::iam
