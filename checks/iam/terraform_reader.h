// The inside of read_terraform: terraform_reader.cpp reads users, groups and roles themselves,
// terraform_attachments.cpp what other resources attach to them or take from them.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "checks/iac/terraform.h"
#include "checks/iam/assembly.h"

namespace muster::iam {

/// How messages about a value that the plan does not have go on.
inline constexpr const char* kAfterApply = " is known only after apply";

/// Resources that attach something to one holder: what kind, under which argument, and whether the
/// policy stands inside.
struct Attachment {
  std::string_view type;
  HolderKind kind;
  std::string_view holder;
  bool is_inline;
};

/// The text of an argument; empty when it has none, or one that is not known.
[[nodiscard]] std::string plan_text(const iac::TerraformResource& resource, std::string_view name);

/// Calls `visit` with each item of a list; there may be none.
template <class Visit>
void each_item(const std::optional<text::Node>& list, const Visit& visit) {
  for (std::size_t i = 0; list && list->is(text::Type::Sequence) && i < list->size(); ++i) {
    visit(list->at(i));
  }
}

/// Reads one side of a plan, or a state, into what it declares.
class TerraformReader {
 public:
  TerraformReader(const iac::TerraformResources& resources, Infrastructure& out)
      : resources_(resources), out_(out), assembly_(out) {}

  void read();

 private:
  void declare(const iac::TerraformResource& resource);
  void declare_holder(const iac::TerraformResource& resource, HolderKind kind);
  void declare_provider(const iac::TerraformResource& resource);
  void read_holder(const iac::TerraformResource& resource, DeclaredHolder& holder);
  void read_parts_of_role(const iac::TerraformResource& resource, DeclaredHolder& holder);
  void attach(const iac::TerraformResource& resource);
  void attach_to_many(const iac::TerraformResource& resource);
  void join_groups(const iac::TerraformResource& resource);
  void give(const iac::TerraformResource& resource, const Attachment& row);

  [[nodiscard]] IdentityPolicy managed(const iac::TerraformResource& resource,
                                       std::string_view argument) const;
  [[nodiscard]] std::vector<DeclaredHolder*> holders(const iac::TerraformResource& resource,
                                                     std::string_view argument, HolderKind kind,
                                                     std::string_view name);
  void hand_out(const iac::TerraformResource& resource, const Attachment& row,
                const IdentityPolicy& policy);
  void give_exclusive(const iac::TerraformResource& resource, const Attachment& row);
  void keep_only_listed(const iac::TerraformResource& resource);
  void keep_inline(const iac::TerraformResource& resource, DeclaredHolder& holder);
  void keep_attached(const iac::TerraformResource& resource, DeclaredHolder& holder);
  void may_have(HolderKind kind, const std::string& policy, const std::string& why);
  void note_gaps();

  const iac::TerraformResources& resources_;
  Infrastructure& out_;
  Assembly assembly_;
  /// Of each holder.
  std::vector<const iac::TerraformResource*> holder_resources_;
  /// The inline policies of each holder, by name.
  std::map<const DeclaredHolder*, std::set<std::string>> inline_;
};

}  // namespace muster::iam
