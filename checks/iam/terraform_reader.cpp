// IAM resources of a Terraform plan or state. Source: documentation of the AWS provider, the pages
// of aws_iam_*.
#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <set>

#include "checks/iac/cloudformation.h"
#include "checks/iac/terraform.h"
#include "checks/iam/assembly.h"
#include "checks/iam/documents.h"

namespace muster::iam {
namespace {

using iac::TerraformResource;
using iac::TerraformResources;
using iac::TerraformValue;
using text::Node;
using text::Type;

constexpr const char* kAfterApply = " is known only after apply";

/// Resources that attach something to one holder: what kind, under which argument, and whether the
/// policy stands inside.
struct Attachment {
  std::string_view type;
  HolderKind kind;
  std::string_view holder;
  bool is_inline;
};

/// Resources that hold the whole list of one holder's managed policies, and attach them.
constexpr std::array<Attachment, 3> kExclusive = {{
    {"aws_iam_role_policy_attachments_exclusive", HolderKind::Role, "role_name", false},
    {"aws_iam_user_policy_attachments_exclusive", HolderKind::User, "user_name", false},
    {"aws_iam_group_policy_attachments_exclusive", HolderKind::Group, "group_name", false},
}};

/// Resources that hold the names of all inline policies of one holder; they remove others.
constexpr std::array<Attachment, 3> kOnlyInline = {{
    {"aws_iam_role_policies_exclusive", HolderKind::Role, "role_name", true},
    {"aws_iam_user_policies_exclusive", HolderKind::User, "user_name", true},
    {"aws_iam_group_policies_exclusive", HolderKind::Group, "group_name", true},
}};

constexpr std::array<Attachment, 6> kAttachments = {{
    {"aws_iam_role_policy", HolderKind::Role, "role", true},
    {"aws_iam_user_policy", HolderKind::User, "user", true},
    {"aws_iam_group_policy", HolderKind::Group, "group", true},
    {"aws_iam_role_policy_attachment", HolderKind::Role, "role", false},
    {"aws_iam_user_policy_attachment", HolderKind::User, "user", false},
    {"aws_iam_group_policy_attachment", HolderKind::Group, "group", false},
}};

std::string text_of(const TerraformResource& resource, std::string_view name) {
  const auto value = TerraformResources::value(resource, name).node;
  return value && value->is(Type::String) ? std::string(value->text()) : std::string();
}

template <class Visit>
void each(const std::optional<Node>& list, const Visit& visit) {
  for (std::size_t i = 0; list && list->is(Type::Sequence) && i < list->size(); ++i) {
    visit(list->at(i));
  }
}

class TerraformReader {
 public:
  TerraformReader(const TerraformResources& resources, Infrastructure& out)
      : resources_(resources), out_(out), assembly_(out) {}

  void read() {
    note_gaps();
    for (const TerraformResource& resource : resources_.all()) {
      declare(resource);
    }
    for (std::size_t i = 0; i < out_.holders.size(); ++i) {
      read_holder(*holder_resources_[i], out_.holders[i]);
    }
    for (const TerraformResource& resource : resources_.all()) {
      attach(resource);
    }
    // Once all is attached.
    for (const TerraformResource& resource : resources_.all()) {
      keep_only_listed(resource);
    }
    for (DeclaredHolder& holder : out_.holders) {
      for (const NotCovered& gap : resources_.not_covered()) {
        holder.identity.push_back(missing_policy("of the plan", gap.why));
      }
    }
  }

 private:
  void declare(const TerraformResource& resource);
  void declare_holder(const TerraformResource& resource, HolderKind kind);
  void declare_provider(const TerraformResource& resource);
  void read_holder(const TerraformResource& resource, DeclaredHolder& holder);
  void read_parts_of_role(const TerraformResource& resource, DeclaredHolder& holder);
  void attach(const TerraformResource& resource);
  void attach_to_many(const TerraformResource& resource);
  void join_groups(const TerraformResource& resource);
  void give(const TerraformResource& resource, const Attachment& row);

  [[nodiscard]] IdentityPolicy managed(const TerraformResource& resource,
                                       std::string_view argument) const;
  [[nodiscard]] std::vector<DeclaredHolder*> holders(const TerraformResource& resource,
                                                     std::string_view argument, HolderKind kind,
                                                     std::string_view name);
  void hand_out(const TerraformResource& resource, const Attachment& row,
                const IdentityPolicy& policy);
  void give_exclusive(const TerraformResource& resource, const Attachment& row);
  void keep_only_listed(const TerraformResource& resource);
  void keep_inline(const TerraformResource& resource, DeclaredHolder& holder);
  void keep_attached(const TerraformResource& resource, DeclaredHolder& holder);
  void may_have(HolderKind kind, const std::string& policy, const std::string& why);
  void note_gaps();

  const TerraformResources& resources_;
  Infrastructure& out_;
  Assembly assembly_;
  /// Of each holder.
  std::vector<const TerraformResource*> holder_resources_;
  /// The inline policies of each holder, by name.
  std::map<const DeclaredHolder*, std::set<std::string>> inline_;
};

/// What other resources call a holder by: its name, or its address as long as that is not known.
std::string key_of(const TerraformResource& resource) {
  const std::string name = text_of(resource, "name");
  return name.empty() ? resource.address : name;
}

/// The managed policy that an argument names, by ARN or through the configuration.
IdentityPolicy TerraformReader::managed(const TerraformResource& resource,
                                        std::string_view argument) const {
  if (const std::string arn = text_of(resource, argument); !arn.empty()) {
    return assembly_.managed(arn);
  }
  if (const TerraformResource* policy = resources_.referred(resource, argument);
      policy != nullptr && policy->type == "aws_iam_policy") {
    return assembly_.managed(policy->address);
  }
  return missing_policy(
      "managed", "`" + std::string(argument) + "` of `" + resource.address + "`" + kAfterApply);
}

/// The holders that an argument names: the one that its expression refers to; else those of that
/// name in the same module, else in all (modules may be for several accounts).
std::vector<DeclaredHolder*> TerraformReader::holders(const TerraformResource& resource,
                                                      std::string_view argument, HolderKind kind,
                                                      std::string_view name) {
  const TerraformResource* referred = resources_.referred(resource, argument);
  std::vector<DeclaredHolder*> near;
  std::vector<DeclaredHolder*> far;
  for (std::size_t i = 0; i < out_.holders.size(); ++i) {
    DeclaredHolder& holder = out_.holders[i];
    if (holder.kind != kind) {
      continue;
    }
    if (holder_resources_[i] == referred && (name.empty() || holder.key == name)) {
      return {&holder};
    }
    if (!name.empty() && holder.key == name) {
      far.push_back(&holder);
      if (holder_resources_[i]->module == resource.module) {
        near.push_back(&holder);
      }
    }
  }
  return near.empty() ? far : near;
}

/// A policy whose holder is known only after apply: it may be any whose name is not known either.
void TerraformReader::may_have(HolderKind kind, const std::string& policy, const std::string& why) {
  for (DeclaredHolder& holder : out_.holders) {
    if (holder.kind == kind && holder.name.empty()) {
      holder.identity.push_back(missing_policy(policy, "whether it is attached is open: " + why));
    }
  }
}

/// What the plan does not hold; types of the second AWS provider are not read.
void TerraformReader::note_gaps() {
  out_.not_covered = resources_.not_covered();
  for (const TerraformResource& resource : resources_.all()) {
    if (resource.type.starts_with("awscc_iam_")) {
      assembly_.miss(resource.where, "`" + resource.type + "` is not read");
    }
  }
}

/// A name that is known only after apply is replaced by the address.
std::string stand_in_of(const DeclaredHolder& holder, const std::string& account) {
  if (!holder.arn.empty()) {
    return holder.arn;
  }
  return "arn:aws:iam::" + (account.empty() ? std::string(iac::kSomeAccount) : account) + ":" +
         to_string(holder.kind) + (holder.path.empty() ? "/" : holder.path) +
         (holder.name.empty() ? holder.address + "-generated" : holder.name);
}

void TerraformReader::declare_holder(const TerraformResource& resource, HolderKind kind) {
  DeclaredHolder holder;
  holder.kind = kind;
  holder.address = resource.address;
  holder.name = text_of(resource, "name");
  holder.arn = text_of(resource, "arn");
  holder.path = text_of(resource, "path");
  holder.where = resource.where;
  holder.key = key_of(resource);
  holder.stand_in = stand_in_of(holder, resources_.account());
  const auto tags = TerraformResources::value(resource, "tags").node;
  for (std::size_t i = 0; tags && tags->is(Type::Mapping) && i < tags->size(); ++i) {
    holder.tags.push_back({std::string(tags->key_at(i).text()), std::string(tags->at(i).text())});
  }
  out_.holders.push_back(std::move(holder));
  holder_resources_.push_back(&resource);
}

void TerraformReader::declare_provider(const TerraformResource& resource) {
  OidcProvider provider{text_of(resource, "arn"), {}, resource.where};
  if (provider.arn.empty()) {
    return;
  }
  const auto audiences = TerraformResources::value(resource, "client_id_list").node;
  if (audiences) {
    provider.audiences.emplace();
    each(audiences,
         [&](const Node& audience) { provider.audiences->emplace_back(audience.text()); });
  }
  out_.providers.push_back(std::move(provider));
}

void TerraformReader::declare(const TerraformResource& resource) {
  if (resource.type == "aws_iam_role") {
    declare_holder(resource, HolderKind::Role);
  } else if (resource.type == "aws_iam_user") {
    declare_holder(resource, HolderKind::User);
  } else if (resource.type == "aws_iam_group") {
    declare_holder(resource, HolderKind::Group);
  } else if (resource.type == "aws_iam_openid_connect_provider") {
    declare_provider(resource);
  } else if (resource.type == "aws_iam_policy") {
    IdentityPolicy policy =
        identity_policy(text_of(resource, "name"),
                        terraform_policy(resource, "policy", policy::PolicyType::Identity));
    policy.name = policy.name.empty() ? resource.address : policy.name;
    policy.arn = text_of(resource, "arn");
    assembly_.add_managed(resource.address, policy);
    if (!policy.arn.empty()) {
      assembly_.add_managed(policy.arn, policy);
    }
    out_.policies.push_back(
        {resource.address, policy::PolicyType::Identity, resource.where, std::move(policy), {}});
  }
  read_resource_policy(resources_, resource, out_);
}

/// `inline_policy` blocks and `managed_policy_arns`. After apply these arguments also show what
/// other resources attached: the same policy twice changes nothing.
void TerraformReader::read_parts_of_role(const TerraformResource& resource,
                                         DeclaredHolder& holder) {
  const TerraformValue blocks = TerraformResources::value(resource, "inline_policy");
  bool open_block = false;
  each(resource.unknown ? resource.unknown->find("inline_policy") : std::nullopt,
       [&](const Node& block) {
         open_block = open_block || block.boolean().value_or(false) || block.find("policy");
       });
  each(blocks.node, [&](const Node& block) {
    const auto name = block.find("name");
    const auto text = block.find("policy");
    // A block without anything says that there are none, unless all of it is known only later.
    if (!name && !text && !open_block) {
      return;
    }
    const bool written = text && text->is(Type::String) && !text->text().empty();
    const std::string shown = name ? std::string(name->text()) : "inline";
    inline_[&holder].insert(shown);
    holder.identity.push_back(
        written
            ? identity_policy(shown, nested_policy(*text, policy::PolicyType::Identity))
            : missing_policy(shown, "`inline_policy` of `" + resource.address + "`" + kAfterApply));
  });
  const TerraformValue arns = TerraformResources::value(resource, "managed_policy_arns");
  each(arns.node, [&](const Node& arn) {
    holder.identity.push_back(arn.is(Type::String) && !arn.text().empty()
                                  ? assembly_.managed(std::string(arn.text()))
                                  : missing_policy("managed", "an ARN in `managed_policy_arns`" +
                                                                  std::string(kAfterApply)));
  });
  // Both are also computed: only one that the configuration sets is a gap when it is not known.
  for (const auto& [value, argument] :
       {std::pair(&blocks, "inline_policy"), std::pair(&arns, "managed_policy_arns")}) {
    const bool set = resource.expressions && resource.expressions->find(argument);
    if (value->unknown && set) {
      holder.identity.push_back(missing_policy(
          argument, "`" + std::string(argument) + "` of `" + resource.address + "`" + kAfterApply));
    }
  }
}

void TerraformReader::read_holder(const TerraformResource& resource, DeclaredHolder& holder) {
  if (holder.kind == HolderKind::Role) {
    holder.trust = terraform_policy(resource, "assume_role_policy", policy::PolicyType::Trust);
    const auto document = TerraformResources::value(resource, "assume_role_policy").node;
    holder.where = document ? document->where() : resource.where;
    read_parts_of_role(resource, holder);
  }
  const TerraformValue boundary = TerraformResources::value(resource, "permissions_boundary");
  const bool set = boundary.node && !boundary.node->text().empty();
  if (set || boundary.unknown) {
    holder.boundary = managed(resource, "permissions_boundary");
  }
}

/// Puts a policy to the holder that the resource names.
void TerraformReader::hand_out(const TerraformResource& resource, const Attachment& row,
                               const IdentityPolicy& policy) {
  const std::string name = text_of(resource, row.holder);
  const std::vector<DeclaredHolder*> known = holders(resource, row.holder, row.kind, name);
  for (DeclaredHolder* holder : known) {
    holder->identity.push_back(policy);
    if (row.is_inline) {
      inline_[holder].insert(policy.name);
    }
  }
  if (!known.empty()) {
    return;
  }
  if (!name.empty()) {
    assembly_.attach(row.kind, name, policy, resource.where);
    return;
  }
  const std::string why =
      "the " + std::string(to_string(row.kind)) + " of `" + resource.address + "`" + kAfterApply;
  assembly_.miss(resource.where, why);
  may_have(row.kind, policy.name, why);
}

void TerraformReader::give(const TerraformResource& resource, const Attachment& row) {
  const std::string name = text_of(resource, "name");
  hand_out(resource, row,
           row.is_inline
               ? identity_policy(name.empty() ? resource.address : name,
                                 terraform_policy(resource, "policy", policy::PolicyType::Identity))
               : managed(resource, "policy_arn"));
}

void TerraformReader::give_exclusive(const TerraformResource& resource, const Attachment& row) {
  const TerraformValue arns = TerraformResources::value(resource, "policy_arns");
  bool open = arns.unknown;
  each(arns.node, [&](const Node& arn) {
    const bool written = arn.is(Type::String) && !arn.text().empty();
    open = open || !written;
    if (written) {
      hand_out(resource, row, assembly_.managed(std::string(arn.text())));
    }
  });
  const TerraformResource* only = open ? resources_.referred(resource, "policy_arns") : nullptr;
  if (only != nullptr && only->type == "aws_iam_policy") {
    hand_out(resource, row, assembly_.managed(only->address));
  } else if (open) {
    hand_out(resource, row,
             missing_policy("managed",
                            "an ARN in `policy_arns` of `" + resource.address + "`" + kAfterApply));
  }
}

/// `aws_iam_policy_attachment`: one policy, several holders.
void TerraformReader::attach_to_many(const TerraformResource& resource) {
  const IdentityPolicy policy = managed(resource, "policy_arn");

  struct Row {
    HolderKind kind;
    std::string_view argument;
  };

  for (const Row& row : {Row{HolderKind::Role, "roles"}, Row{HolderKind::User, "users"},
                         Row{HolderKind::Group, "groups"}}) {
    const TerraformValue names = TerraformResources::value(resource, row.argument);
    bool open = names.unknown;
    each(names.node, [&](const Node& name) {
      open = open || !name.is(Type::String);
      if (!name.is(Type::String)) {
        return;
      }
      const auto known = holders(resource, row.argument, row.kind, name.text());
      for (DeclaredHolder* holder : known) {
        holder->identity.push_back(policy);
      }
      if (known.empty()) {
        assembly_.attach(row.kind, name.text(), policy, name.where());
      }
    });
    if (!open) {
      continue;
    }
    const auto only = holders(resource, row.argument, row.kind, "");
    if (!only.empty()) {
      only.front()->identity.push_back(policy);
      continue;
    }
    const std::string why =
        "`" + std::string(row.argument) + "` of `" + resource.address + "`" + kAfterApply;
    assembly_.miss(resource.where, why);
    may_have(row.kind, policy.name, why);
  }
}

/// `aws_iam_user_group_membership` (user, groups) and `aws_iam_group_membership` (group, users).
void TerraformReader::join_groups(const TerraformResource& resource) {
  const bool of_user = resource.type == "aws_iam_user_group_membership";
  const std::string_view one = of_user ? "user" : "group";
  const std::string_view many = of_user ? "groups" : "users";
  const std::string name = text_of(resource, one);
  const auto ones = holders(resource, one, of_user ? HolderKind::User : HolderKind::Group, name);
  const TerraformValue names = TerraformResources::value(resource, many);
  std::vector<std::string> others;
  bool open = names.unknown;
  each(names.node, [&](const Node& other) {
    open = open || !other.is(Type::String);
    others.emplace_back(other.text());
  });
  std::erase(others, "");
  if (open) {
    others.emplace_back();
  }
  for (const std::string& other : others) {
    const auto partners =
        holders(resource, many, of_user ? HolderKind::Group : HolderKind::User, other);
    const auto& users = of_user ? ones : partners;
    const auto& groups = of_user ? partners : ones;
    for (DeclaredHolder* user : users) {
      for (const DeclaredHolder* group : groups) {
        user->groups.push_back(group->address);
      }
      if (groups.empty()) {
        assembly_.join(*user, of_user && !other.empty() ? other : "of " + resource.address,
                       resource.where);
      }
    }
    if (users.empty()) {
      assembly_.miss(
          resource.where,
          "members of `" + resource.address + "` are declared elsewhere or known only after apply",
          false);
    }
  }
}

/// Texts of a list, as far as they are known.
std::set<std::string> known_items(const TerraformValue& list) {
  std::set<std::string> items;
  each(list.node, [&](const Node& item) {
    if (item.is(Type::String) && !item.text().empty()) {
      items.emplace(item.text());
    }
  });
  return items;
}

/// On what a policy denies nobody can rely once another resource removes it.
void leave_to_order(const TerraformResource& resource, const auto& removed,
                    DeclaredHolder& holder) {
  std::vector<IdentityPolicy> kept;
  for (IdentityPolicy& policy : holder.identity) {
    if (has_deny(policy) && removed(policy)) {
      std::ranges::move(allows_for_sure(policy, "`" + resource.address + "` does not list it"),
                        std::back_inserter(kept));
    } else {
      kept.push_back(std::move(policy));
    }
  }
  holder.identity = std::move(kept);
}

/// A listed name that no resource gives a text is a policy which nobody knows.
void TerraformReader::keep_inline(const TerraformResource& resource, DeclaredHolder& holder) {
  const TerraformValue list = TerraformResources::value(resource, "policy_names");
  const std::set<std::string> names = known_items(list);
  const std::set<std::string>& own = inline_[&holder];
  for (const std::string& name : names) {
    if (!own.contains(name)) {
      holder.identity.push_back(missing_policy(
          name, "`" + resource.address + "` lists it, and no resource has its text"));
    }
  }
  if (!list.unknown) {
    leave_to_order(
        resource,
        [&](const IdentityPolicy& policy) {
          return own.contains(policy.name) && !names.contains(policy.name);
        },
        holder);
  }
}

void TerraformReader::keep_attached(const TerraformResource& resource, DeclaredHolder& holder) {
  const TerraformValue list = TerraformResources::value(resource, "policy_arns");
  const std::set<std::string> arns = known_items(list);
  leave_to_order(
      resource,
      [&](const IdentityPolicy& policy) {
        return !policy.arn.empty() && !arns.contains(policy.arn);
      },
      holder);
}

void TerraformReader::keep_only_listed(const TerraformResource& resource) {
  const auto each_holder = [&](const Attachment& row, const auto& visit) {
    if (resource.type == row.type) {
      for (DeclaredHolder* holder :
           holders(resource, row.holder, row.kind, text_of(resource, row.holder))) {
        visit(*holder);
      }
    }
  };
  for (const Attachment& row : kOnlyInline) {
    each_holder(row, [&](DeclaredHolder& holder) { keep_inline(resource, holder); });
  }
  for (const Attachment& row : kExclusive) {
    each_holder(row, [&](DeclaredHolder& holder) { keep_attached(resource, holder); });
  }
}

void TerraformReader::attach(const TerraformResource& resource) {
  for (const Attachment& row : kAttachments) {
    if (resource.type == row.type) {
      give(resource, row);
    }
  }
  for (const Attachment& row : kExclusive) {
    if (resource.type == row.type) {
      give_exclusive(resource, row);
    }
  }
  if (resource.type == "aws_iam_policy_attachment") {
    attach_to_many(resource);
  } else if (resource.type == "aws_iam_user_group_membership" ||
             resource.type == "aws_iam_group_membership") {
    join_groups(resource);
  }
}

}  // namespace

Result<policy::Policy> terraform_policy(const TerraformResource& resource,
                                        std::string_view argument, policy::PolicyType type) {
  const TerraformValue value = TerraformResources::value(resource, argument);
  if (value.node) {
    return nested_policy(*value.node, type);
  }
  const std::string name = "`" + std::string(argument) + "`";
  return Error{ErrorCode::Invalid,
               value.unknown ? name + " of `" + resource.address + "`" + kAfterApply
                             : "`" + resource.address + "` has no " + name,
               resource.where};
}

Result<Infrastructure> read_terraform(const Document& document, iac::PlanSide side) {
  MUSTER_TRY(const text::Tree tree, parse_account_json(document));
  MUSTER_TRY(const TerraformResources resources, TerraformResources::read(tree.root(), side));
  Infrastructure out;
  TerraformReader(resources, out).read();
  return out;
}

}  // namespace muster::iam
