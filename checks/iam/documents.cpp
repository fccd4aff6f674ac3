// Reading is lenient about what surrounds a policy (unknown keys are AWS's business) and strict
// about the policy itself.
#include "checks/iam/documents.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "checks/iam/aws_policies.h"
#include "checks/iam/credential_report.h"
#include "checks/text/tree_builder.h"

namespace muster::iam {
namespace {

using text::Node;
using text::Type;

/// A file of the largest size that the repository reader lets through has at most this many nodes.
constexpr std::size_t kAccountNodes = 5'000'000;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char folded = static_cast<char>(c | 0x20);
  return folded >= 'a' && folded <= 'f' ? folded - 'a' + 10 : -1;
}

/// RFC 3986, as IAM encodes policy texts: `+` stays a plus.
std::string url_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
                        hex_digit(text[i + 2]) >= 0;
    if (escape) {
      decoded += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

void move_to(std::vector<policy::Text>& texts, const SourceRef& where) {
  for (policy::Text& text : texts) {
    text.where = where;
  }
}

void move_to(std::vector<policy::Condition>& conditions, const SourceRef& where) {
  for (policy::Condition& condition : conditions) {
    condition.where = where;
    condition.op.name.where = where;
    condition.key.where = where;
    move_to(condition.values, where);
  }
}

void move_to(std::optional<policy::Text>& text, const SourceRef& where) {
  if (text) {
    text->where = where;
  }
}

/// Offsets inside an encoded string mean nothing to a reader: every place becomes the string's.
void move_to(policy::Policy& policy, const SourceRef& where) {
  policy.where = where;
  move_to(policy.id, where);
  for (policy::Statement& statement : policy.statements) {
    statement.where = where;
    move_to(statement.sid, where);
    move_to(statement.conditions, where);
    for (auto* texts : {&statement.actions, &statement.not_actions, &statement.resources,
                        &statement.not_resources}) {
      if (*texts) {
        move_to(**texts, where);
      }
    }
    for (auto* principals : {&statement.principals, &statement.not_principals}) {
      if (*principals) {
        for (policy::Principal& principal : **principals) {
          principal.value.where = where;
        }
      }
    }
  }
}

/// Children of a list, or the node itself when AWS's "single or list" shape has a single one.
std::vector<Node> items_of(const std::optional<Node>& node) {
  const bool single = node && !node->is(Type::Sequence);
  return single ? std::vector<Node>{*node} : node ? node->items() : std::vector<Node>();
}

/// The value of an element whose name may be misspelt in case: the reader reports that, here it
/// only must not hide the document.
std::optional<Node> find_folded(const Node& object, std::string_view lower_name) {
  for (std::size_t i = 0; object.is(Type::Mapping) && i < object.size(); ++i) {
    if (policy::lower(object.key_at(i).text()) == lower_name) {
      return object.at(i);
    }
  }
  return std::nullopt;
}

bool is_trust_statement(const Node& statement) {
  const std::vector<Node> actions = items_of(find_folded(statement, "action"));
  const bool assumes = std::any_of(actions.begin(), actions.end(), [](const Node& action) {
    return policy::lower(action.text()).starts_with("sts:");
  });
  const auto principal = find_folded(statement, "principal");
  const bool federated = principal && find_folded(*principal, "federated").has_value();
  const bool has_resource =
      find_folded(statement, "resource") || find_folded(statement, "notresource");
  return assumes && (!has_resource || federated);
}

/// A policy text as shared by its holders, or why there is none.
void adopt(Result<policy::Policy> read, std::shared_ptr<const policy::Policy>& policy,
           std::string& missing) {
  if (read) {
    policy = std::make_shared<const policy::Policy>(std::move(read).value());
    missing.clear();
  } else {
    missing = read.error().message;
  }
}

IdentityPolicy inline_policy(const Node& entry) {
  IdentityPolicy found{entry.string_under("PolicyName"), {}, {}, "the account facts hold no text"};
  if (const auto document = entry.find("PolicyDocument")) {
    adopt(nested_policy(*document, policy::PolicyType::Identity), found.policy, found.missing);
  }
  return found;
}

/// Name and policies that users, groups and roles have alike.
template <class Document>
void read_holder(const Node& node, std::string_view kind, const ManagedPolicies& managed,
                 Document& found) {
  found.arn = node.string_under("Arn");
  found.name = node.string_under(std::string(kind) + "Name");
  found.path = node.string_under("Path");
  for (const Node& entry : items_of(node.find(std::string(kind) + "PolicyList"))) {
    found.identity.push_back(inline_policy(entry));
  }
  for (const Node& entry : items_of(node.find("AttachedManagedPolicies"))) {
    found.identity.push_back(
        managed.attached(entry.string_under("PolicyName"), entry.string_under("PolicyArn")));
  }
  if (const auto boundary = node.find("PermissionsBoundary")) {
    const std::string arn = boundary->string_under("PermissionsBoundaryArn");
    found.boundary = managed.attached(arn.substr(arn.rfind('/') + 1), arn);
  }
  for (const Node& tag : items_of(node.find("Tags"))) {
    found.tags.push_back({tag.string_under("Key"), tag.string_under("Value")});
  }
}

HolderDocument holder_document(const Node& node, std::string_view kind,
                               const ManagedPolicies& managed) {
  HolderDocument found;
  found.where = node.where();
  read_holder(node, kind, managed, found);
  for (const Node& group : items_of(node.find("GroupList"))) {
    found.groups.emplace_back(group.text());
  }
  return found;
}

RoleDocument role_document(const Node& role, const ManagedPolicies& managed) {
  const auto trust = role.find("AssumeRolePolicyDocument");
  RoleDocument found{
      {},
      {},
      {},
      trust ? trust->where() : role.where(),
      trust ? nested_policy(*trust, policy::PolicyType::Trust)
            : Result<policy::Policy>(Error{ErrorCode::Invalid,
                                           "role has no `AssumeRolePolicyDocument`", role.where()}),
      {},
      {},
      {},
      {}};
  read_holder(role, "Role", managed, found);
  if (found.arn.empty()) {
    found.trust = Error{ErrorCode::Invalid, "role has no `Arn`", role.where()};
  }
  for (const Node& profile : items_of(role.find("InstanceProfileList"))) {
    found.instance_profiles.push_back(profile.string_under("Arn"));
  }
  if (const auto used = role.find("RoleLastUsed")) {
    found.last_used = RoleLastUsed{time_of(used->text_under("LastUsedDate"))};
  }
  found.created = time_of(role.text_under("CreateDate"));
  return found;
}

ManagedPolicy managed_policy(const Node& node) {
  ManagedPolicy found{node.string_under("Arn"),
                      node.string_under("PolicyName"),
                      {},
                      "the account facts hold no text of it",
                      {},
                      node.where()};
  for (const Node& version : items_of(node.find("PolicyVersionList"))) {
    const auto document = version.find("Document");
    const auto is_default = version.find("IsDefaultVersion");
    if (!document) {
      continue;
    }
    auto read = nested_policy(*document, policy::PolicyType::Identity);
    if (is_default && is_default->boolean().value_or(false)) {
      adopt(std::move(read), found.policy, found.missing);
    } else {
      std::string ignored;
      found.others.push_back({version.string_under("VersionId"), {}});
      adopt(std::move(read), found.others.back().policy, ignored);
    }
  }
  return found;
}

}  // namespace

Result<text::Tree> parse_account_json(const Document& document) {
  if (is_credential_csv(document.bytes)) {
    text::TreeBuilder empty(document.source);
    const auto root = empty.mapping({}, {});
    return std::move(empty).build(root);
  }
  text::Limits limits;
  limits.bytes = std::max(limits.bytes, document.bytes.size());
  limits.expanded_nodes = kAccountNodes;
  return text::parse_json(document.bytes, document.source, limits);
}

void ManagedPolicies::add(const Node& root) {
  for (const Node& policy : items_of(root.find("Policies"))) {
    std::string arn = policy.string_under("Arn");
    if (!policies_.contains(arn)) {
      policies_.emplace(std::move(arn), managed_policy(policy));
    }
  }
}

const ManagedPolicy* ManagedPolicies::find(std::string_view arn) const {
  const auto found = policies_.find(arn);
  return found == policies_.end() ? nullptr : &found->second;
}

IdentityPolicy ManagedPolicies::attached(std::string name, std::string arn) const {
  IdentityPolicy policy{std::move(name), std::move(arn), {}, {}};
  const ManagedPolicy* known = find(policy.arn);
  policy.policy = known != nullptr && known->policy ? known->policy : well_known_policy(policy.arn);
  if (!policy.policy) {
    policy.missing = known != nullptr ? known->missing : "the account facts hold no text of it";
  }
  return policy;
}

void ManagedPolicies::complete(std::vector<IdentityPolicy>& policies) const {
  for (IdentityPolicy& policy : policies) {
    IdentityPolicy held = policy.policy ? IdentityPolicy() : attached(policy.name, policy.arn);
    if (held.policy) {
      policy = std::move(held);
    }
  }
}

void ManagedPolicies::complete(std::optional<IdentityPolicy>& policy) const {
  if (policy) {
    std::vector<IdentityPolicy> only{std::move(*policy)};
    complete(only);
    policy = std::move(only.front());
  }
}

std::vector<RoleDocument> role_documents(const Node& root, const ManagedPolicies& managed) {
  std::vector<RoleDocument> found;
  if (const auto role = root.find("Role")) {
    found.push_back(role_document(*role, managed));
  }
  for (const Node& role : items_of(root.find("RoleDetailList"))) {
    found.push_back(role_document(role, managed));
  }
  return found;
}

std::vector<RoleDocument> role_documents(const Node& root) {
  ManagedPolicies managed;
  managed.add(root);
  return role_documents(root, managed);
}

std::vector<HolderDocument> user_documents(const Node& root, const ManagedPolicies& managed) {
  std::vector<HolderDocument> found;
  for (const Node& user : items_of(root.find("UserDetailList"))) {
    found.push_back(holder_document(user, "User", managed));
  }
  return found;
}

std::vector<HolderDocument> group_documents(const Node& root, const ManagedPolicies& managed) {
  std::vector<HolderDocument> found;
  for (const Node& group : items_of(root.find("GroupDetailList"))) {
    found.push_back(holder_document(group, "Group", managed));
  }
  return found;
}

Result<policy::Policy> nested_policy(const Node& node, policy::PolicyType type) {
  if (!node.is(Type::String)) {
    return policy::read_policy(node, type);
  }
  const std::size_t first = node.text().find_first_not_of(" \t\r\n");
  const bool plain = first != std::string_view::npos && node.text()[first] == '{';
  const SourceRef where = node.where();
  auto policy = policy::parse_policy(plain ? std::string(node.text()) : url_decoded(node.text()),
                                     where.source, type);
  if (!policy) {
    return Error{policy.error().code, "policy text inside the string: " + policy.error().message,
                 where};
  }
  policy::Policy moved = std::move(policy).value();
  move_to(moved, where);
  return moved;
}

bool is_trust_policy(const Node& root) {
  const std::vector<Node> statements = items_of(find_folded(root, "statement"));
  return std::any_of(statements.begin(), statements.end(), is_trust_statement);
}

}  // namespace muster::iam
