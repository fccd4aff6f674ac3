// Every role that an audit knows, once, with its trust policy; and the OIDC providers of its
// account. Built from muster.yaml, account facts and bare trust policies. What could not be read is
// kept, never dropped.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/check.h"
#include "checks/policy/model.h"

namespace muster::iam {

/// A permission policy of a user, group or role: inline, attached, or a file that muster.yaml
/// names. Its text is shared by all that it is attached to.
struct IdentityPolicy {
  std::string name;
  /// Managed policies only.
  std::string arn;
  /// Null when the facts do not hold its text, or it could not be read; `missing` says why.
  std::shared_ptr<const policy::Policy> policy;
  std::string missing;
};

/// A tag of a user, role or resource.
struct Tag {
  std::string key;
  std::string value;

  friend bool operator==(const Tag&, const Tag&) = default;
};

/// When AWS last saw a role used; it looks back 400 days. Source: IAM API Reference, RoleLastUsed.
struct RoleLastUsed {
  /// Absent = not in that time.
  std::optional<TimePoint> at;
};

/// One role. Without an ARN it is known by the file of its trust policy.
struct Role {
  std::string arn;
  /// Last part of the ARN; else the key in muster.yaml; else the path of the trust policy.
  std::string name;
  /// 12 digits, from the ARN or from the only account that the trust's OIDC providers are in; empty
  /// = unknown.
  std::string account;
  /// The document that holds the trust policy; muster.yaml when there is none.
  SourceId source;
  /// Absent when it could not be read; then `Roles::unreadable` has the reason.
  std::optional<policy::Policy> trust;
  /// The trust policy, or the entry of muster.yaml.
  SourceRef where;
  /// The entry of muster.yaml, or null. Lives as long as the audit's input.
  const IntentRole* intent = nullptr;
  /// The repository's trust policy of a role whose deployed one, in the account facts, says
  /// something else: it is judged beside that one.
  bool proposed = false;
  /// As declared, raised to `Admin` when an attached policy allows everything.
  Privilege privilege = Privilege::Unknown;
  std::vector<IdentityPolicy> identity;
  /// Absent when none is set, or when only a trust policy is known.
  std::optional<IdentityPolicy> boundary;
  /// `/`, `/app/`; empty = unknown.
  std::string path;
  std::vector<Tag> tags;
  /// ARNs of the instance profiles that hold it.
  std::vector<std::string> instance_profiles;
  /// Absent = the facts do not tell.
  std::optional<RoleLastUsed> last_used;
  std::optional<TimePoint> created;
  /// The account facts hold it, so that its permissions are known to be all there are.
  bool deployed = false;
  /// Where infrastructure code declares it: a logical id or an address in `source`. Empty for all
  /// other roles.
  std::string address;

  /// `iam-role`, with the ARN as id, or the path of the trust policy (with `#address`, if there is
  /// one) when there is no ARN or it is only proposed.
  [[nodiscard]] Asset asset() const;
};

/// All roles, one entry per ARN, and one more where muster.yaml names a trust policy that differs
/// from the deployed one of the account facts. muster.yaml adds privilege and subjects. A role's
/// facts are the output of `aws iam get-role`, of `get-account-authorization-details`, a trust
/// policy that muster.yaml names, a declaration in a template or plan, or any other bare policy
/// that is a trust policy by its content.
class Roles {
 public:
  [[nodiscard]] static Roles build(const AuditInput& input);

  /// Sorted by asset id.
  [[nodiscard]] const std::vector<Role>& all() const { return roles_; }

  /// The role with exactly this ARN, as deployed if the facts tell, or null.
  [[nodiscard]] const Role* find(std::string_view arn) const;
  /// The role of this key in muster.yaml, or null.
  [[nodiscard]] const Role* declared_as(std::string_view name) const;

  /// Trust policies that could not be read, with the place: of the mistake, or in muster.yaml when
  /// it names a file that is not there.
  [[nodiscard]] const std::vector<Unreadable>& unreadable() const { return unreadable_; }

 private:
  std::vector<Role> roles_;
  /// Of deployed roles, by ARN.
  std::map<std::string, std::size_t, std::less<>> by_arn_;
  std::vector<Unreadable> unreadable_;
};

/// The need of every rule that speaks about trust policies.
[[nodiscard]] std::vector<Unreadable> unreadable_trusts(const AuditInput& input);

/// An OIDC provider that is registered in an account.
struct OidcProvider {
  std::string arn;
  /// ClientIDList; absent when the facts only name the provider.
  std::optional<std::vector<std::string>> audiences;
  SourceRef where;
};

/// The registered providers that the facts hold.
class OidcProviders {
 public:
  [[nodiscard]] static OidcProviders build(const AuditInput& input);

  [[nodiscard]] const OidcProvider* find(std::string_view arn) const;

  /// Whether the facts hold a list of all providers (not single ones) with some of this account.
  [[nodiscard]] bool lists_all_of(std::string_view account) const;

  /// Whether the facts hold any list of providers.
  [[nodiscard]] bool has_lists() const { return !lists_.empty(); }

  /// Where the lists stand, in the order of the documents.
  [[nodiscard]] const std::vector<SourceRef>& lists() const { return lists_; }

  [[nodiscard]] const std::vector<Unreadable>& unreadable() const { return unreadable_; }

 private:
  std::vector<OidcProvider> providers_;
  std::vector<std::string> listed_accounts_;
  std::vector<SourceRef> lists_;
  std::vector<Unreadable> unreadable_;
};

/// The need of rules that compare with the registered providers.
[[nodiscard]] std::vector<Unreadable> unreadable_providers(const AuditInput& input);

inline constexpr std::size_t kPartitionField = 1;
inline constexpr std::size_t kServiceField = 2;
inline constexpr std::size_t kRegionField = 3;
inline constexpr std::size_t kAccountField = 4;

/// Field `index` (0-based) of an ARN; empty when there are fewer.
[[nodiscard]] std::string_view arn_field(std::string_view arn, std::size_t index);

/// A time as AWS writes it: ISO 8601, or seconds since 1970 with a fraction.
[[nodiscard]] std::optional<TimePoint> time_of(std::string_view text);

/// What stands behind the last slash of an ARN: the name without its path.
[[nodiscard]] std::string last_part(std::string_view arn);

}  // namespace muster::iam
