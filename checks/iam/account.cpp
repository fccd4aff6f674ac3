// Two passes over the documents: managed policies first, because a page of the account details may
// attach a policy that another page describes.
#include "checks/iam/account.h"

#include <algorithm>
#include <utility>

#include "checks/core/model.h"
#include "checks/iam/infrastructure.h"
#include "checks/text/ascii.h"

namespace muster::iam {
namespace {

using text::Node;
using text::Type;

bool is_account_document(DocumentKind kind) {
  return kind == DocumentKind::IamRole || kind == DocumentKind::IamAuthorizationDetails ||
         kind == DocumentKind::AwsAccount;
}

/// The object that holds the lists of the account details.
std::optional<Node> details_of(DocumentKind kind, const Node& root) {
  return kind == DocumentKind::AwsAccount ? root.find("authorization_details") : root;
}

IdentityPolicy level_policy(const Node& node, policy::PolicyType type) {
  IdentityPolicy found;
  const auto name = node.find("name");
  found.name = name ? std::string(name->text()) : std::string();
  const auto document = node.find("document");
  auto read = nested_policy(document ? *document : node, type);
  if (read) {
    found.policy = std::make_shared<const policy::Policy>(std::move(read).value());
  } else {
    found.missing = read.error().message;
  }
  return found;
}

std::vector<std::vector<IdentityPolicy>> levels_of(const Node& node, policy::PolicyType type) {
  std::vector<std::vector<IdentityPolicy>> levels;
  for (const Node& level : node.items()) {
    std::vector<IdentityPolicy>& policies = levels.emplace_back();
    for (const Node& policy : level.items()) {
      policies.push_back(level_policy(policy, type));
    }
  }
  return levels;
}

/// The texts of a layer; what is missing is noted under the holder's name.
class LayerReader {
 public:
  LayerReader(std::string holder, PrincipalLayers& layers)
      : holder_(std::move(holder)), layers_(layers) {}

  void add(const IdentityPolicy& policy, policy::Layer layer, std::vector<SharedPolicy>& texts) {
    if (policy.policy) {
      texts.push_back(policy.policy);
      return;
    }
    layers_.open.insert(layer);
    layers_.missing.push_back("policy `" + policy.name + "` of " + holder_ + ": " + policy.missing);
  }

 private:
  std::string holder_;
  PrincipalLayers& layers_;
};

Principal user_principal(const HolderDocument& user,
                         const std::map<std::string, const HolderDocument*>& groups) {
  Principal found{PrincipalKind::User,
                  user.arn,
                  user.name,
                  user.path,
                  std::string(arn_field(user.arn, kAccountField)),
                  user.where,
                  user.identity,
                  user.boundary,
                  user.tags,
                  {},
                  nullptr};
  for (const std::string& name : user.groups) {
    const auto group = groups.find(found.account + "/" + name);
    if (group == groups.end()) {
      found.identity.push_back({name, {}, {}, "the account facts do not hold this group"});
      continue;
    }
    found.groups.push_back(group->second->arn);
    const auto& policies = group->second->identity;
    found.identity.insert(found.identity.end(), policies.begin(), policies.end());
  }
  return found;
}

/// What infrastructure code declares, beside the principals that are deployed.
class DeclaredPrincipals {
 public:
  DeclaredPrincipals(const AuditInput& input, std::vector<Principal>& out)
      : facts_(input.model<AccountFacts>()), out_(out) {
    for (const Role& role : input.model<Roles>().all()) {
      if (!role.address.empty()) {
        roles_.emplace(std::pair(role.source.path(), role.address), &role);
      }
    }
    for (const Principal& one : out) {
      deployed_.insert(one.arn);
    }
  }

  void add(const DeclaredInfrastructure::Part& part) {
    for (const DeclaredHolder& holder : part.content.holders) {
      if (holder.kind == HolderKind::Role) {
        add_role(part.source, holder);
      } else if (holder.kind == HolderKind::User && !deployed_.contains(holder.stand_in)) {
        add_user(holder, part.content);
      }
    }
  }

 private:
  void add_role(const SourceId& source, const DeclaredHolder& holder) {
    const auto role = roles_.find(std::pair(source.path(), holder.address));
    // `Roles` has none where the account facts say the same.
    if (role == roles_.end()) {
      return;
    }
    Principal found = role_principal(*role->second);
    found.arn = found.arn.empty() ? holder.stand_in : found.arn;
    found.account = arn_field(found.arn, kAccountField);
    out_.push_back(std::move(found));
  }

  void add_user(const DeclaredHolder& holder, const Infrastructure& content) {
    Principal found{PrincipalKind::User,
                    holder.stand_in,
                    holder.name.empty() ? holder.address : holder.name,
                    holder.path,
                    std::string(arn_field(holder.stand_in, kAccountField)),
                    holder.where,
                    holder.identity,
                    holder.boundary,
                    holder.tags,
                    {},
                    nullptr};
    for (const DeclaredHolder& group : content.holders) {
      if (group.kind == HolderKind::Group && text::one_of(group.address, holder.groups)) {
        found.groups.push_back(group.stand_in);
        found.identity.insert(found.identity.end(), group.identity.begin(), group.identity.end());
      }
    }
    facts_.managed().complete(found.identity);
    facts_.managed().complete(found.boundary);
    out_.push_back(std::move(found));
  }

  const AccountFacts& facts_;
  std::vector<Principal>& out_;
  std::map<std::pair<std::string, std::string>, const Role*> roles_;
  std::set<std::string> deployed_;
};

template <class Policies>
std::vector<policy::Policy> copies(const Policies& shared) {
  std::vector<policy::Policy> texts;
  texts.reserve(shared.size());
  for (const SharedPolicy& text : shared) {
    texts.push_back(*text);
  }
  return texts;
}

}  // namespace

void AccountFacts::read_levels(const Node& root, std::string_view key, policy::PolicyType type,
                               Levels& levels) {
  const auto accounts = root.find(key);
  for (std::size_t i = 0; accounts && accounts->is(Type::Mapping) && i < accounts->size(); ++i) {
    levels.emplace(accounts->key_at(i).text(), levels_of(accounts->at(i), type));
  }
}

void AccountFacts::read_organisation(const Node& root) {
  read_levels(root, "service_control_policies", policy::PolicyType::Identity, scp_);
  read_levels(root, "resource_control_policies", policy::PolicyType::Resource, rcp_);
  if (const auto management = root.find("management_account")) {
    management_accounts_.emplace(management->text());
  }
}

AccountFacts AccountFacts::build(const AuditInput& input) {
  struct Parsed {
    const Document* document;
    text::Tree tree;
  };

  AccountFacts facts;
  std::vector<Parsed> parsed;
  for (const Document& document : input.facts().documents) {
    if (!is_account_document(document.kind)) {
      continue;
    }
    auto tree = parse_account_json(document);
    if (!tree) {
      facts.unreadable_.push_back({document.source, tree.error()});
      continue;
    }
    parsed.push_back({&document, std::move(tree).value()});
    if (const auto details = details_of(document.kind, parsed.back().tree.root())) {
      facts.managed_.add(*details);
    }
  }
  for (const Parsed& one : parsed) {
    const Node root = one.tree.root();
    if (one.document->kind == DocumentKind::AwsAccount) {
      facts.read_organisation(root);
    }
    const auto details = details_of(one.document->kind, root);
    if (!details) {
      continue;
    }
    // The output of `get-role` is no list.
    const bool list = one.document->kind != DocumentKind::IamRole;
    for (RoleDocument& role : role_documents(*details, facts.managed_)) {
      if (list) {
        facts.listed_accounts_.emplace(arn_field(role.arn, kAccountField));
      }
      facts.roles_.push_back({std::move(role), one.document->source});
    }
    for (HolderDocument& user : user_documents(*details, facts.managed_)) {
      facts.listed_accounts_.emplace(arn_field(user.arn, kAccountField));
      facts.users_.push_back(std::move(user));
    }
    std::ranges::move(group_documents(*details, facts.managed_), std::back_inserter(facts.groups_));
  }
  return facts;
}

const std::vector<std::vector<IdentityPolicy>>* AccountFacts::scp(std::string_view account) const {
  const auto found = management_accounts_.contains(account) ? scp_.end() : scp_.find(account);
  return found == scp_.end() ? nullptr : &found->second;
}

const std::vector<std::vector<IdentityPolicy>>* AccountFacts::rcp(std::string_view account) const {
  const auto found = management_accounts_.contains(account) ? rcp_.end() : rcp_.find(account);
  return found == rcp_.end() ? nullptr : &found->second;
}

bool AccountFacts::lists(std::string_view account) const {
  return listed_accounts_.contains(account);
}

std::vector<std::string> AccountFacts::scp_accounts() const {
  std::vector<std::string> accounts;
  for (const auto& [account, levels] : scp_) {
    accounts.push_back(account);
  }
  return accounts;
}

bool AccountFacts::knows_scp(std::string_view account) const {
  return management_accounts_.contains(account) || scp_.contains(account);
}

Principals Principals::build(const AuditInput& input) {
  const auto& facts = input.model<AccountFacts>();
  std::map<std::string, const HolderDocument*> groups;
  for (const HolderDocument& group : facts.groups()) {
    groups.emplace(std::string(arn_field(group.arn, kAccountField)) + "/" + group.name, &group);
  }
  Principals result;
  for (const HolderDocument& user : facts.users()) {
    result.principals_.push_back(user_principal(user, groups));
  }
  for (const Role& role : input.model<Roles>().all()) {
    if (role.deployed && !role.proposed) {
      result.principals_.push_back(role_principal(role));
    }
  }
  std::ranges::stable_sort(result.principals_, {}, &Principal::arn);
  const auto repeated = std::ranges::unique(result.principals_, {}, &Principal::arn);
  result.principals_.erase(repeated.begin(), repeated.end());
  DeclaredPrincipals declared(input, result.principals_);
  for (const auto& part : input.model<DeclaredInfrastructure>().parts()) {
    declared.add(part);
  }
  std::ranges::stable_sort(result.principals_, {}, &Principal::arn);
  return result;
}

const Principal* Principals::find(std::string_view arn) const {
  const auto found = std::ranges::lower_bound(
      principals_, arn, {}, [](const Principal& one) { return std::string_view(one.arn); });
  return found == principals_.end() || found->arn != arn ? nullptr : &*found;
}

Principal role_principal(const Role& role) {
  return {PrincipalKind::Role, role.arn,      role.name, role.path, role.account, role.where,
          role.identity,       role.boundary, role.tags, {},        &role};
}

PrincipalLayers layers_of(const Principal& principal, const AccountFacts& facts) {
  PrincipalLayers layers;
  const bool user = principal.kind == PrincipalKind::User;
  LayerReader reader((user ? "user `" : "role `") + principal.name + "`", layers);
  for (const IdentityPolicy& policy : principal.identity) {
    reader.add(policy, policy::Layer::Identity, layers.identity);
  }
  if (principal.boundary) {
    reader.add(*principal.boundary, policy::Layer::Boundary, layers.boundary.emplace());
  }
  if (const auto* levels = facts.scp(principal.account)) {
    LayerReader scp("the organisation", layers);
    layers.scp.emplace();
    for (const auto& level : *levels) {
      std::vector<SharedPolicy>& texts = layers.scp->emplace_back();
      for (const IdentityPolicy& policy : level) {
        scp.add(policy, policy::Layer::Scp, texts);
      }
    }
  }
  return layers;
}

policy::Stack to_stack(const PrincipalLayers& layers) {
  policy::Stack stack;
  stack.identity = copies(layers.identity);
  if (layers.boundary) {
    stack.boundary = copies(*layers.boundary);
  }
  if (layers.scp) {
    stack.scp.emplace();
    for (const std::vector<SharedPolicy>& level : *layers.scp) {
      stack.scp->push_back(copies(level));
    }
  }
  stack.open = layers.open;
  return stack;
}

std::string caller_of(const Principal& principal) {
  if (principal.kind == PrincipalKind::User) {
    return principal.arn;
  }
  const std::string_view partition = arn_field(principal.arn, kPartitionField);
  return "arn:" + std::string(partition) + ":sts::" + principal.account + ":assumed-role/" +
         principal.name + "/session";
}

}  // namespace muster::iam

template std::shared_ptr<const void> muster::built<muster::iam::AccountFacts>(const AuditInput&);
template std::shared_ptr<const void> muster::built<muster::iam::Principals>(const AuditInput&);
