// IAM resources of a Terraform plan or state. Source: documentation of the AWS provider, the pages
// of aws_iam_*.
#include <algorithm>
#include <array>

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

struct ResourcePolicy {
  std::string_view type;
  std::string_view argument;
};

/// Resources that hold the policy of a resource.
constexpr std::array<ResourcePolicy, 8> kResourcePolicies = {{
    {"aws_s3_bucket_policy", "policy"},
    {"aws_sqs_queue_policy", "policy"},
    {"aws_sns_topic_policy", "policy"},
    {"aws_kms_key", "policy"},
    {"aws_kms_key_policy", "policy"},
    {"aws_ecr_repository_policy", "policy"},
    {"aws_secretsmanager_secret_policy", "policy"},
    {"aws_efs_file_system_policy", "policy"},
}};

/// Resources that attach something to one holder: what kind, under which argument, and whether the
/// policy stands inside.
struct Attachment {
  std::string_view type;
  HolderKind kind;
  std::string_view holder;
  bool is_inline;
};

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
    for (const TerraformResource& resource : resources_.all()) {
      declare(resource);
    }
    for (std::size_t i = 0; i < out_.holders.size(); ++i) {
      read_holder(*holder_resources_[i], out_.holders[i]);
    }
    for (const TerraformResource& resource : resources_.all()) {
      attach(resource);
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

  [[nodiscard]] Result<policy::Policy> policy_of(const TerraformResource& resource,
                                                 std::string_view argument,
                                                 policy::PolicyType type) const;
  [[nodiscard]] IdentityPolicy managed(const TerraformResource& resource,
                                       std::string_view argument) const;
  [[nodiscard]] std::string holder_key(const TerraformResource& resource,
                                       std::string_view argument) const;

  const TerraformResources& resources_;
  Infrastructure& out_;
  Assembly assembly_;
  /// Of each holder.
  std::vector<const TerraformResource*> holder_resources_;
};

/// What other resources call a holder by: its name, or its address as long as that is not known.
std::string key_of(const TerraformResource& resource) {
  const std::string name = text_of(resource, "name");
  return name.empty() ? resource.address : name;
}

Result<policy::Policy> TerraformReader::policy_of(const TerraformResource& resource,
                                                  std::string_view argument,
                                                  policy::PolicyType type) const {
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

/// The key of the holder that an argument names; empty when it is not known.
std::string TerraformReader::holder_key(const TerraformResource& resource,
                                        std::string_view argument) const {
  if (std::string name = text_of(resource, argument); !name.empty()) {
    return name;
  }
  const TerraformResource* holder = resources_.referred(resource, argument);
  return holder == nullptr ? std::string() : key_of(*holder);
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
    IdentityPolicy policy = identity_policy(
        text_of(resource, "name"), policy_of(resource, "policy", policy::PolicyType::Identity));
    policy.name = policy.name.empty() ? resource.address : policy.name;
    policy.arn = text_of(resource, "arn");
    assembly_.add_managed(resource.address, policy);
    if (!policy.arn.empty()) {
      assembly_.add_managed(policy.arn, policy);
    }
    out_.policies.push_back(
        {resource.address, policy::PolicyType::Identity, resource.where, std::move(policy), {}});
  }
  for (const ResourcePolicy& row : kResourcePolicies) {
    const TerraformValue value = TerraformResources::value(resource, row.argument);
    if (resource.type == row.type && (value.node || value.unknown)) {
      out_.policies.push_back(
          {resource.address,
           policy::PolicyType::Resource,
           resource.where,
           identity_policy(resource.address,
                           policy_of(resource, row.argument, policy::PolicyType::Resource)),
           {}});
    }
  }
}

/// `inline_policy` blocks and `managed_policy_arns`. After apply these arguments also show what
/// other resources attached: the same policy twice changes nothing.
void TerraformReader::read_parts_of_role(const TerraformResource& resource,
                                         DeclaredHolder& holder) {
  const TerraformValue blocks = TerraformResources::value(resource, "inline_policy");
  each(blocks.node, [&](const Node& block) {
    const auto name = block.find("name");
    const auto text = block.find("policy");
    if (!name && !text) {
      return;
    }
    const bool written = text && text->is(Type::String) && !text->text().empty();
    const std::string shown = name ? std::string(name->text()) : "inline";
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
    holder.trust = policy_of(resource, "assume_role_policy", policy::PolicyType::Trust);
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

void TerraformReader::give(const TerraformResource& resource, const Attachment& row) {
  const std::string name = text_of(resource, "name");
  const IdentityPolicy policy =
      row.is_inline ? identity_policy(name.empty() ? resource.address : name,
                                      policy_of(resource, "policy", policy::PolicyType::Identity))
                    : managed(resource, "policy_arn");
  const std::string key = holder_key(resource, row.holder);
  if (key.empty()) {
    assembly_.miss(resource.where, "the " + std::string(to_string(row.kind)) + " of `" +
                                       resource.address + "`" + kAfterApply);
  } else {
    assembly_.attach(row.kind, key, policy, resource.where);
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
      if (name.is(Type::String)) {
        assembly_.attach(row.kind, name.text(), policy, name.where());
      }
    });
    const TerraformResource* only = open ? resources_.referred(resource, row.argument) : nullptr;
    if (only != nullptr) {
      assembly_.attach(row.kind, key_of(*only), policy, resource.where);
    } else if (open) {
      assembly_.miss(resource.where, "`" + std::string(row.argument) + "` of `" + resource.address +
                                         "`" + kAfterApply);
    }
  }
}

/// `aws_iam_user_group_membership` (user, groups) and `aws_iam_group_membership` (group, users).
void TerraformReader::join_groups(const TerraformResource& resource) {
  const bool of_user = resource.type == "aws_iam_user_group_membership";
  const HolderKind many = of_user ? HolderKind::Group : HolderKind::User;
  DeclaredHolder* one = assembly_.find(of_user ? HolderKind::User : HolderKind::Group,
                                       holder_key(resource, of_user ? "user" : "group"));
  const TerraformValue names = TerraformResources::value(resource, of_user ? "groups" : "users");
  bool gap = names.unknown;
  each(names.node, [&](const Node& name) {
    DeclaredHolder* other = assembly_.find(many, name.text());
    gap = gap || one == nullptr || other == nullptr;
    if (one != nullptr && other != nullptr) {
      (of_user ? one : other)->groups.push_back((of_user ? other : one)->address);
    }
  });
  if (gap) {
    assembly_.miss(resource.where,
                   "members of `" + resource.address +
                       "` are declared elsewhere or known only "
                       "after apply",
                   false);
  }
}

void TerraformReader::attach(const TerraformResource& resource) {
  for (const Attachment& row : kAttachments) {
    if (resource.type == row.type) {
      give(resource, row);
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

Result<Infrastructure> read_terraform(const Document& document, iac::PlanSide side) {
  MUSTER_TRY(const text::Tree tree, parse_account_json(document));
  MUSTER_TRY(const TerraformResources resources, TerraformResources::read(tree.root(), side));
  Infrastructure out;
  TerraformReader(resources, out).read();
  return out;
}

}  // namespace muster::iam
