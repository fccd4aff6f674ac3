// The reader of one template: roles, users, groups and their policies (template_reader.cpp), and
// the roles that SAM makes for functions (template_functions.cpp). Not for use outside checks/iam.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/iac/cloudformation.h"
#include "checks/iam/assembly.h"

namespace muster::iam {

class TemplateReader {
 public:
  /// All of it outlives the reader.
  TemplateReader(const iac::Template& made, std::string_view account, Infrastructure& out)
      : made_(made), account_(account), out_(out), assembly_(out) {}

  void read();

 private:
  void declare(const iac::Resource& resource);
  void declare_policy(const iac::Resource& resource);
  void declare_provider(const iac::Resource& resource);
  void declare_function(const iac::Resource& resource);
  void read_holder(const iac::Resource& resource, DeclaredHolder& holder);
  void read_function(const iac::Resource& resource, DeclaredHolder& holder);
  void attach(const iac::Resource& resource);
  void add_member(const iac::Resource& resource);
  void give(const iac::Resource& resource, const IdentityPolicy& policy, HolderKind kind,
            const text::Node& holder);
  void may_have(const iac::Resource& resource, HolderKind kind, const std::string& policy,
                const std::string& why);
  void note_opaque(const iac::Resource& resource, DeclaredHolder& holder) const;

  void note_referred(const text::Node& arn, DeclaredHolder& holder) const;

  [[nodiscard]] DeclaredHolder* holder_of(const iac::Resource& resource);
  /// Items of a property that is a list, or one value that stands for the whole list.
  [[nodiscard]] static std::vector<text::Node> items_of(const std::optional<text::Node>& value);
  [[nodiscard]] static std::optional<text::Node> property(const iac::Resource& resource,
                                                          std::string_view name);
  /// Resources of SAM that have a role made for them when they name none.
  [[nodiscard]] static bool has_own_role(std::string_view type);
  static void note_open(const iac::Resource& resource, DeclaredHolder& holder);

  [[nodiscard]] Result<policy::Policy> policy_of(const std::optional<text::Node>& document,
                                                 policy::PolicyType type,
                                                 const SourceRef& otherwise) const {
    return template_policy(made_, document, type, otherwise);
  }

  [[nodiscard]] IdentityPolicy inline_policy(const text::Node& entry) const;
  [[nodiscard]] IdentityPolicy function_policy(const text::Node& entry) const;
  void read_events(const iac::Resource& resource, DeclaredHolder& holder) const;
  void read_extras(const iac::Resource& resource, DeclaredHolder& holder) const;
  [[nodiscard]] IdentityPolicy managed(const text::Node& arn) const;
  [[nodiscard]] std::string known_text(const std::optional<text::Node>& value) const;
  [[nodiscard]] std::string stand_in_of(const iac::Resource& resource, HolderKind kind) const;
  [[nodiscard]] const iac::Resource* resource_of(const DeclaredHolder& holder) const;
  [[nodiscard]] std::optional<text::Node> function_property(const iac::Resource& resource,
                                                            std::string_view name) const;

  const iac::Template& made_;
  std::string_view account_;
  Infrastructure& out_;
  Assembly assembly_;
};

}  // namespace muster::iam
