// Resources that attach policies to the users, groups and roles of a plan or state, put users into
// groups, or remove what they do not list.
#include <algorithm>
#include <array>
#include <iterator>

#include "checks/iam/terraform_reader.h"

namespace muster::iam {

namespace {

using iac::TerraformResource;
using iac::TerraformResources;
using iac::TerraformValue;
using text::Node;
using text::Type;

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

}  // namespace

/// The managed policy that an argument names, by ARN or through the configuration.
IdentityPolicy TerraformReader::managed(const TerraformResource& resource,
                                        std::string_view argument) const {
  if (const std::string arn = plan_text(resource, argument); !arn.empty()) {
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

/// Puts a policy to the holder that the resource names.
void TerraformReader::hand_out(const TerraformResource& resource, const Attachment& row,
                               const IdentityPolicy& policy) {
  const std::string name = plan_text(resource, row.holder);
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
  const std::string name = plan_text(resource, "name");
  hand_out(resource, row,
           row.is_inline
               ? identity_policy(name.empty() ? resource.address : name,
                                 terraform_policy(resource, "policy", policy::PolicyType::Identity))
               : managed(resource, "policy_arn"));
}

void TerraformReader::give_exclusive(const TerraformResource& resource, const Attachment& row) {
  const TerraformValue arns = TerraformResources::value(resource, "policy_arns");
  bool open = arns.unknown;
  each_item(arns.node, [&](const Node& arn) {
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
    each_item(names.node, [&](const Node& name) {
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
  const std::string name = plan_text(resource, one);
  const auto ones = holders(resource, one, of_user ? HolderKind::User : HolderKind::Group, name);
  const TerraformValue names = TerraformResources::value(resource, many);
  std::vector<std::string> others;
  bool open = names.unknown;
  each_item(names.node, [&](const Node& other) {
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

namespace {

/// Texts of a list, as far as they are known.
std::set<std::string> known_items(const TerraformValue& list) {
  std::set<std::string> items;
  each_item(list.node, [&](const Node& item) {
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

}  // namespace

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
           holders(resource, row.holder, row.kind, plan_text(resource, row.holder))) {
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

}  // namespace muster::iam
