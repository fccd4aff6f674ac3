// What the readers of templates and of plans share: putting policies to the holders that they are
// attached to. Not for use outside checks/iam.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "checks/iac/cloudformation.h"
#include "checks/iac/terraform.h"
#include "checks/iam/infrastructure.h"
#include "checks/text/tree.h"

namespace muster::iam {

class Assembly {
 public:
  explicit Assembly(Infrastructure& out) : out_(out) {}

  /// Makes a managed policy known under its ARN (or what stands for it). Of two different ones
  /// under one ARN, as a template has for two conditions, nobody knows which it will be.
  void add_managed(const std::string& key, const IdentityPolicy& policy);

  /// The managed policy that stands under `key`, else one of AWS or of the account without text.
  [[nodiscard]] IdentityPolicy managed(const std::string& key) const;

  /// Gives a policy to the holders of that kind and key (several when conditions decide which one
  /// is made). One that the document does not declare is noted as not covered: what it may do in
  /// all is not known here.
  void attach(HolderKind kind, std::string_view key, const IdentityPolicy& policy,
              const SourceRef& where);

  /// Notes something that could not be assigned.
  void miss(const SourceRef& where, std::string why, bool blocks = true);

  /// The first with that key, or null.
  [[nodiscard]] DeclaredHolder* find(HolderKind kind, std::string_view key);

  [[nodiscard]] std::vector<DeclaredHolder*> all(HolderKind kind, std::string_view key);

  /// Makes a user a member of the group; one that the document does not declare leaves open what
  /// the user may do.
  void join(DeclaredHolder& user, std::string_view group, const SourceRef& where);

 private:
  Infrastructure& out_;
  std::map<std::string, IdentityPolicy> managed_;
};

/// A policy with the text that was read, or with the reason why there is none.
[[nodiscard]] IdentityPolicy identity_policy(std::string name, Result<policy::Policy> read);
[[nodiscard]] IdentityPolicy missing_policy(std::string name, std::string why);

[[nodiscard]] bool has_deny(const IdentityPolicy& policy);
/// A policy with a text as one that may not be there: what it allows counts, on what it denies
/// nobody can rely, for this reason.
[[nodiscard]] std::vector<IdentityPolicy> allows_for_sure(const IdentityPolicy& policy,
                                                          const std::string& why);

/// `role`, `user`, `group`
[[nodiscard]] const char* to_string(HolderKind kind);

/// A policy inside of a template. `otherwise`: where it should be.
[[nodiscard]] Result<policy::Policy> template_policy(const iac::Template& made,
                                                     const std::optional<text::Node>& document,
                                                     policy::PolicyType type,
                                                     const SourceRef& otherwise);
/// A policy that an argument of a resource holds as text.
[[nodiscard]] Result<policy::Policy> terraform_policy(const iac::TerraformResource& resource,
                                                      std::string_view argument,
                                                      policy::PolicyType type);

/// Adds the policy of a resource to `policies` and `resource_policies`, or a permission of a
/// function to the latter; nothing for other resources. `account`: as for `read_template`.
void read_resource_policy(const iac::Template& made, const iac::Resource& resource,
                          std::string_view account, Infrastructure& out);
void read_resource_policy(const iac::TerraformResources& all,
                          const iac::TerraformResource& resource, Infrastructure& out);

[[nodiscard]] Result<Infrastructure> read_template(const Document& document,
                                                   std::string_view account);
[[nodiscard]] Result<Infrastructure> read_terraform(const Document& document, iac::PlanSide side);

}  // namespace muster::iam
