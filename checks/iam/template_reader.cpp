// IAM resources of CloudFormation. Source: AWS CloudFormation Template Reference, the pages of
// AWS::IAM::*.
#include "checks/iam/template_reader.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "checks/iam/documents.h"
#include "checks/text/ascii.h"

namespace muster::iam {
namespace {

using text::Node;
using text::Type;

/// Resources of SAM for which it makes a role of its own that is not worked out here.
constexpr std::array<std::string_view, 3> kOtherSamRoles = {
    "AWS::Serverless::Connector", "AWS::Serverless::Application", "AWS::Serverless::GraphQLApi"};

std::optional<HolderKind> holder_kind(std::string_view type) {
  if (type == "AWS::IAM::Role") {
    return HolderKind::Role;
  }
  if (type == "AWS::IAM::User") {
    return HolderKind::User;
  }
  return type == "AWS::IAM::Group" ? std::optional(HolderKind::Group) : std::nullopt;
}

}  // namespace

void TemplateReader::read() {
  out_.not_covered = made_.not_covered();
  // Holders and managed policies first: a policy may be attached before its holder stands there.
  for (const iac::Resource& resource : made_.resources()) {
    declare(resource);
  }
  for (const iac::Resource& resource : made_.resources()) {
    if (DeclaredHolder* holder = holder_of(resource)) {
      read_holder(resource, *holder);
      note_opaque(resource, *holder);
    }
  }
  for (const iac::Resource& resource : made_.resources()) {
    attach(resource);
  }
}

std::vector<Node> TemplateReader::items_of(const std::optional<Node>& value) {
  const bool single = value && !value->is(Type::Sequence) && !value->is(Type::Null);
  return single ? std::vector<Node>{*value} : value ? value->items() : std::vector<Node>();
}

std::optional<Node> TemplateReader::property(const iac::Resource& resource, std::string_view name) {
  return resource.properties ? resource.properties->find(name) : std::nullopt;
}

void TemplateReader::note_open(const iac::Resource& resource, DeclaredHolder& holder) {
  if (!resource.open_digest.empty()) {
    holder.open_digests.push_back(resource.open_digest);
  }
}

/// The text of a property; empty when it is absent or not known.
std::string TemplateReader::known_text(const std::optional<Node>& value) const {
  const bool text = value && value->is(Type::String) && !made_.unknown_in(*value);
  return text ? std::string(value->text()) : std::string();
}

IdentityPolicy TemplateReader::inline_policy(const Node& entry) const {
  if (!entry.is(Type::Mapping)) {
    return missing_policy("inline",
                          made_.unknown_in(entry).value_or("an inline policy is no mapping"));
  }
  const std::string name = known_text(entry.find("PolicyName"));
  return identity_policy(
      name.empty() ? "inline" : name,
      policy_of(entry.find("PolicyDocument"), policy::PolicyType::Identity, entry.where()));
}

IdentityPolicy TemplateReader::managed(const Node& arn) const {
  if (!arn.is(Type::String)) {
    return missing_policy("managed", "the ARN of a managed policy is no text");
  }
  IdentityPolicy found = assembly_.managed(std::string(arn.text()));
  if (!found.policy && made_.unknown_in(arn)) {
    return missing_policy("managed", *made_.unknown_in(arn));
  }
  return found;
}

void TemplateReader::declare_policy(const iac::Resource& resource) {
  const auto document = property(resource, "PolicyDocument");
  IdentityPolicy policy = identity_policy(
      resource.id, policy_of(document, policy::PolicyType::Identity, resource.where));
  policy.arn = account_.empty() ? std::string() : resource.arn;
  assembly_.add_managed(resource.ref, policy);
  out_.policies.push_back({resource.id, policy::PolicyType::Identity,
                           document ? document->where() : resource.where, std::move(policy),
                           resource.open_digest});
}

void TemplateReader::declare_provider(const iac::Resource& resource) {
  if (account_.empty() || made_.unknown_in(resource.arn)) {
    return;
  }
  OidcProvider provider{resource.arn, {}, resource.where};
  const auto audiences = property(resource, "ClientIdList");
  if (audiences && !made_.unknown_in(*audiences)) {
    provider.audiences.emplace();
    for (const Node& audience : items_of(audiences)) {
      provider.audiences->emplace_back(audience.text());
    }
  }
  out_.providers.push_back(std::move(provider));
}

/// A name with an unknown part is replaced whole: no other resource may be taken for it.
std::string TemplateReader::stand_in_of(const iac::Resource& resource, HolderKind kind) const {
  if (!made_.unknown_in(resource.arn) && !resource.arn.empty()) {
    return resource.arn;
  }
  return "arn:aws:iam::" + std::string(account_.empty() ? iac::kSomeAccount : account_) + ":" +
         to_string(kind) + "/" + resource.id + "-generated";
}

/// Policies that only a macro knows may come to it.
void TemplateReader::note_opaque(const iac::Resource& resource, DeclaredHolder& holder) const {
  if (!resource.opaque.empty()) {
    holder.identity.push_back(missing_policy("of " + resource.id, resource.opaque));
  }
  if (!made_.opaque().empty()) {
    holder.identity.push_back(missing_policy("of the template", made_.opaque()));
    holder.open_digests.push_back(made_.opaque_digest());
  }
}

void TemplateReader::declare(const iac::Resource& resource) {
  if (const auto kind = holder_kind(resource.type)) {
    const std::string property_name = *kind == HolderKind::Role   ? "RoleName"
                                      : *kind == HolderKind::User ? "UserName"
                                                                  : "GroupName";
    DeclaredHolder holder;
    holder.kind = *kind;
    holder.address = resource.id;
    holder.name = known_text(property(resource, property_name));
    holder.path = known_text(property(resource, "Path"));
    holder.key = resource.ref;
    holder.where = resource.where;
    const bool known = !account_.empty() && !holder.name.empty() && !made_.unknown_in(resource.arn);
    holder.arn = known ? resource.arn : std::string();
    holder.stand_in = stand_in_of(resource, *kind);
    note_open(resource, holder);
    out_.holders.push_back(std::move(holder));
  } else if (resource.type == "AWS::IAM::ManagedPolicy") {
    declare_policy(resource);
  } else if (resource.type == "AWS::IAM::OIDCProvider") {
    declare_provider(resource);
  } else if (has_own_role(resource.type)) {
    declare_function(resource);
  } else if (text::one_of(resource.type, kOtherSamRoles)) {
    assembly_.miss(resource.where, "what `" + resource.type + "` makes is not worked out", false);
  }
  read_resource_policy(made_, resource, account_, out_);
}

DeclaredHolder* TemplateReader::holder_of(const iac::Resource& resource) {
  const bool function = has_own_role(resource.type);
  if (!function && !holder_kind(resource.type)) {
    return nullptr;
  }
  const std::string address = resource.id + (function ? "Role" : "");
  const auto found =
      std::find_if(out_.holders.begin(), out_.holders.end(),
                   [&](const DeclaredHolder& holder) { return holder.address == address; });
  return found == out_.holders.end() ? nullptr : &*found;
}

/// A managed policy of this template that holds unknown values is a part of its holder.
void TemplateReader::note_referred(const Node& arn, DeclaredHolder& holder) const {
  for (const iac::Resource& resource : made_.resources()) {
    if (resource.type == "AWS::IAM::ManagedPolicy" && resource.ref == arn.text()) {
      note_open(resource, holder);
    }
  }
}

void TemplateReader::read_holder(const iac::Resource& resource, DeclaredHolder& holder) {
  if (has_own_role(resource.type)) {
    read_function(resource, holder);
    return;
  }
  if (holder.kind == HolderKind::Role) {
    const auto document = property(resource, "AssumeRolePolicyDocument");
    holder.trust = policy_of(document, policy::PolicyType::Trust, resource.where);
    holder.where = document ? document->where() : resource.where;
  }
  for (const Node& entry : items_of(property(resource, "Policies"))) {
    holder.identity.push_back(inline_policy(entry));
  }
  for (const Node& arn : items_of(property(resource, "ManagedPolicyArns"))) {
    holder.identity.push_back(managed(arn));
    note_referred(arn, holder);
  }
  if (const auto boundary = property(resource, "PermissionsBoundary")) {
    holder.boundary = managed(*boundary);
    note_referred(*boundary, holder);
  }
  for (const Node& tag : items_of(property(resource, "Tags"))) {
    holder.tags.push_back({known_text(tag.find("Key")), known_text(tag.find("Value"))});
  }
  for (const Node& group : items_of(property(resource, "Groups"))) {
    const auto why = made_.unknown_in(group);
    assembly_.join(holder, why ? *why : group.text(), group.where());
  }
}

void TemplateReader::add_member(const iac::Resource& resource) {
  const auto name = property(resource, "GroupName");
  const auto why = name ? made_.unknown_in(*name) : std::nullopt;
  const std::string group(name && !why ? name->text() : why.value_or("a group without a name"));
  for (const Node& user : items_of(property(resource, "Users"))) {
    const std::vector<DeclaredHolder*> members = assembly_.all(HolderKind::User, user.text());
    for (DeclaredHolder* member : members) {
      assembly_.join(*member, group, user.where());
    }
    if (members.empty()) {
      assembly_.miss(user.where(),
                     "the group `" + group + "` gets a user who is declared elsewhere", false);
    }
  }
}

const iac::Resource* TemplateReader::resource_of(const DeclaredHolder& holder) const {
  const auto found = std::ranges::find(made_.resources(), holder.address, &iac::Resource::id);
  return found == made_.resources().end() ? nullptr : &*found;
}

/// Every holder of that kind may have the policy.
void TemplateReader::may_have(const iac::Resource& resource, HolderKind kind,
                              const std::string& policy, const std::string& why) {
  for (DeclaredHolder& holder : out_.holders) {
    if (holder.kind == kind) {
      holder.identity.push_back(missing_policy(policy, "whether it is attached is open: " + why));
      holder.open_digests.push_back(resource.digest);
    }
  }
}

/// Puts a policy to one entry of its `Roles`, `Users` or `Groups`.
void TemplateReader::give(const iac::Resource& resource, const IdentityPolicy& policy,
                          HolderKind kind, const Node& holder) {
  const std::vector<DeclaredHolder*> declared = assembly_.all(kind, holder.text());
  const auto why = declared.empty() ? made_.unknown_in(holder) : std::nullopt;
  if (why) {
    assembly_.miss(holder.where(), "policy `" + policy.name + "` is attached to a " +
                                       to_string(kind) + " that is not known: " + *why);
    // Each branch of a condition may be one of the template.
    if (why->find("depends on the condition") != std::string::npos) {
      may_have(resource, kind, policy.name, *why);
    }
    return;
  }
  if (declared.empty()) {
    assembly_.attach(kind, holder.text(), policy, holder.where());
  }
  for (DeclaredHolder* one : declared) {
    const iac::Resource* own = resource_of(*one);
    const bool certain =
        resource.condition.empty() || (own != nullptr && own->condition == resource.condition);
    if (certain || !has_deny(policy)) {
      one->identity.push_back(policy);
    } else {
      std::ranges::move(allows_for_sure(policy, "what it denies depends on the condition `" +
                                                    resource.condition + "`"),
                        std::back_inserter(one->identity));
      one->open_digests.push_back(resource.digest);
    }
    note_open(resource, *one);
  }
}

/// Policies that name their holders, and members of groups.
void TemplateReader::attach(const iac::Resource& resource) {
  const std::string& type = resource.type;
  if (type == "AWS::Serverless::Connector") {
    may_have(resource, HolderKind::Role, resource.id,
             "the connector `" + resource.id + "` gives its source or destination a policy");
    return;
  }
  if (type == "AWS::IAM::UserToGroupAddition") {
    add_member(resource);
    return;
  }
  const bool managed = type == "AWS::IAM::ManagedPolicy";
  const bool single = type == "AWS::IAM::RolePolicy" || type == "AWS::IAM::UserPolicy" ||
                      type == "AWS::IAM::GroupPolicy";
  if (!managed && !single && type != "AWS::IAM::Policy") {
    return;
  }
  if (!resource.opaque.empty()) {
    assembly_.miss(resource.where, "whom policy `" + resource.id +
                                       "` is attached to is not known: " + resource.opaque);
    for (const HolderKind kind : {HolderKind::Role, HolderKind::User, HolderKind::Group}) {
      may_have(resource, kind, resource.id, resource.opaque);
    }
  }
  const std::string name = known_text(property(resource, "PolicyName"));
  const IdentityPolicy policy =
      managed ? assembly_.managed(resource.ref)
              : identity_policy(name.empty() ? resource.id : name,
                                policy_of(property(resource, "PolicyDocument"),
                                          policy::PolicyType::Identity, resource.where));

  struct Row {
    HolderKind kind;
    std::string_view list;
    std::string_view one;
  };

  for (const Row& row :
       {Row{HolderKind::Role, "Roles", "RoleName"}, Row{HolderKind::User, "Users", "UserName"},
        Row{HolderKind::Group, "Groups", "GroupName"}}) {
    for (const Node& holder : items_of(property(resource, single ? row.one : row.list))) {
      give(resource, policy, row.kind, holder);
    }
  }
}

Result<policy::Policy> template_policy(const iac::Template& made,
                                       const std::optional<Node>& document, policy::PolicyType type,
                                       const SourceRef& otherwise) {
  if (!document) {
    return Error{ErrorCode::Invalid, "the template holds no text of it", otherwise};
  }
  if (auto why = made.unknown_in(*document)) {
    return Error{ErrorCode::Invalid, std::move(*why), document->where()};
  }
  return nested_policy(*document, type);
}

Result<Infrastructure> read_template(const Document& document, std::string_view account) {
  MUSTER_TRY(const text::Tree tree, iac::parse_template(document.bytes, document.source));
  MUSTER_TRY(const iac::Template made, iac::Template::read(tree.root(), account));
  Infrastructure out;
  TemplateReader(made, account, out).read();
  return out;
}

}  // namespace muster::iam
