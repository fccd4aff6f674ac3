// IAM resources of a Terraform plan or state. Source: documentation of the AWS provider, the pages
// of aws_iam_*.
#include "checks/iam/terraform_reader.h"

#include "checks/iac/cloudformation.h"
#include "checks/iam/documents.h"

namespace muster::iam {

namespace {

using iac::TerraformResource;
using iac::TerraformResources;
using iac::TerraformValue;
using text::Node;
using text::Type;

/// What other resources call a holder by: its name, or its address as long as that is not known.
std::string key_of(const TerraformResource& resource) {
  const std::string name = plan_text(resource, "name");
  return name.empty() ? resource.address : name;
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

}  // namespace

std::string plan_text(const TerraformResource& resource, std::string_view name) {
  const auto value = TerraformResources::value(resource, name).node;
  return value && value->is(Type::String) ? std::string(value->text()) : std::string();
}

void TerraformReader::read() {
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

/// What the plan does not hold; types of the second AWS provider are not read.
void TerraformReader::note_gaps() {
  out_.not_covered = resources_.not_covered();
  for (const TerraformResource& resource : resources_.all()) {
    if (resource.type.starts_with("awscc_iam_")) {
      assembly_.miss(resource.where, "`" + resource.type + "` is not read");
    }
  }
}

void TerraformReader::declare_holder(const TerraformResource& resource, HolderKind kind) {
  DeclaredHolder holder;
  holder.kind = kind;
  holder.address = resource.address;
  holder.name = plan_text(resource, "name");
  holder.arn = plan_text(resource, "arn");
  holder.path = plan_text(resource, "path");
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
  OidcProvider provider{plan_text(resource, "arn"), {}, resource.where};
  if (provider.arn.empty()) {
    return;
  }
  const auto audiences = TerraformResources::value(resource, "client_id_list").node;
  if (audiences) {
    provider.audiences.emplace();
    each_item(audiences,
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
        identity_policy(plan_text(resource, "name"),
                        terraform_policy(resource, "policy", policy::PolicyType::Identity));
    policy.name = policy.name.empty() ? resource.address : policy.name;
    policy.arn = plan_text(resource, "arn");
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
  each_item(resource.unknown ? resource.unknown->find("inline_policy") : std::nullopt,
            [&](const Node& block) {
              open_block = open_block || block.boolean().value_or(false) || block.find("policy");
            });
  each_item(blocks.node, [&](const Node& block) {
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
  each_item(arns.node, [&](const Node& arn) {
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
