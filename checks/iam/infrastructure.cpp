// The join of all readers, and of what they found with muster.yaml.
#include "checks/iam/infrastructure.h"

#include <algorithm>
#include <set>
#include <utility>

#include "checks/core/model.h"
#include "checks/iam/assembly.h"
#include "checks/iam/documents.h"

namespace muster::iam {
namespace {

/// The only account that the declared roles of a template are in, as muster.yaml says.
std::string account_of(const Intent& intent, const Infrastructure& infrastructure) {
  std::set<std::string> accounts;
  for (const DeclaredHolder& holder : infrastructure.holders) {
    for (const IntentRole& role : intent.roles) {
      const bool named = holder.kind == HolderKind::Role && !holder.name.empty() &&
                         !role.arn.empty() && last_part(role.arn) == holder.name;
      if (named) {
        accounts.emplace(arn_field(role.arn, kAccountField));
      }
    }
  }
  return accounts.size() == 1 ? *accounts.begin() : std::string();
}

Result<Infrastructure> read_with_account(const Document& document, const Intent& intent) {
  MUSTER_TRY(Infrastructure found, read_infrastructure(document));
  const std::string account = account_of(intent, found);
  if (document.kind != DocumentKind::CloudFormation || account.empty()) {
    return found;
  }
  return read_infrastructure(document, account);
}

}  // namespace

const char* to_string(HolderKind kind) {
  switch (kind) {
    case HolderKind::Role:
      return "role";
    case HolderKind::User:
      return "user";
    case HolderKind::Group:
      return "group";
  }
  return "role";
}

IdentityPolicy identity_policy(std::string name, Result<policy::Policy> read) {
  if (!read) {
    return missing_policy(std::move(name), read.error().message);
  }
  return {std::move(name), {}, std::make_shared<const policy::Policy>(std::move(read).value()), {}};
}

IdentityPolicy missing_policy(std::string name, std::string why) {
  return {std::move(name), {}, {}, std::move(why)};
}

bool has_deny(const IdentityPolicy& policy) {
  return policy.policy && std::ranges::any_of(policy.policy->statements, [](const auto& statement) {
           return statement.effect == policy::Effect::Deny;
         });
}

std::vector<IdentityPolicy> allows_for_sure(const IdentityPolicy& policy, const std::string& why) {
  policy::Policy allows = *policy.policy;
  std::erase_if(allows.statements, [](const policy::Statement& statement) {
    return statement.effect == policy::Effect::Deny;
  });
  IdentityPolicy part = policy;
  part.policy = std::make_shared<const policy::Policy>(std::move(allows));
  return {std::move(part), missing_policy(policy.name, why)};
}

void Assembly::add_managed(const std::string& key, const IdentityPolicy& policy) {
  const auto [known, fresh] = managed_.emplace(key, policy);
  const bool same = fresh || (known->second.policy && policy.policy &&
                              policy::same_policy(*known->second.policy, *policy.policy));
  if (!same) {
    known->second = missing_policy(policy.name, "the document declares two policies of this name");
  }
}

IdentityPolicy Assembly::managed(const std::string& key) const {
  const auto known = managed_.find(key);
  return known == managed_.end() ? ManagedPolicies().attached(last_part(key), key) : known->second;
}

std::vector<DeclaredHolder*> Assembly::all(HolderKind kind, std::string_view key) {
  std::vector<DeclaredHolder*> found;
  for (DeclaredHolder& holder : out_.holders) {
    if (holder.kind == kind && holder.key == key) {
      found.push_back(&holder);
    }
  }
  return found;
}

DeclaredHolder* Assembly::find(HolderKind kind, std::string_view key) {
  const std::vector<DeclaredHolder*> found = all(kind, key);
  return found.empty() ? nullptr : found.front();
}

void Assembly::attach(HolderKind kind, std::string_view key, const IdentityPolicy& policy,
                      const SourceRef& where) {
  const std::vector<DeclaredHolder*> holders = all(kind, key);
  for (DeclaredHolder* holder : holders) {
    holder->identity.push_back(policy);
  }
  if (holders.empty()) {
    miss(where,
         "policy `" + policy.name + "` is attached to the " + to_string(kind) + " `" +
             std::string(key) + "`, which is declared elsewhere",
         false);
  }
}

void Assembly::join(DeclaredHolder& user, std::string_view group, const SourceRef& where) {
  const std::vector<DeclaredHolder*> groups = all(HolderKind::Group, group);
  for (const DeclaredHolder* one : groups) {
    user.groups.push_back(one->address);
  }
  if (groups.empty()) {
    user.identity.push_back(
        missing_policy(std::string(group), "this group is declared elsewhere, with its policies"));
    miss(where, "the user `" + user.address + "` is in a group that is declared elsewhere", false);
  }
}

void Assembly::miss(const SourceRef& where, std::string why, bool blocks) {
  out_.not_covered.push_back({muster::to_string(where), std::move(why), blocks});
}

Result<Infrastructure> read_infrastructure(const Document& document, std::string_view account) {
  return document.kind == DocumentKind::CloudFormation
             ? read_template(document, account)
             : read_terraform(document, iac::PlanSide::After);
}

std::optional<Infrastructure> read_prior_state(const Document& document) {
  const auto tree = parse_account_json(document);
  if (!tree || !iac::is_plan(tree.value().root())) {
    return std::nullopt;
  }
  auto read = read_terraform(document, iac::PlanSide::Before);
  return read ? std::optional(std::move(read).value()) : std::nullopt;
}

DeclaredInfrastructure DeclaredInfrastructure::build(const AuditInput& input) {
  DeclaredInfrastructure result;
  for (const Document& document : input.facts().documents) {
    if (document.kind != DocumentKind::CloudFormation && document.kind != DocumentKind::Terraform) {
      continue;
    }
    auto read = read_with_account(document, input.intent());
    if (read) {
      result.parts_.push_back({document.source, std::move(read).value()});
    } else {
      result.unreadable_.push_back({document.source, read.error()});
    }
  }
  return result;
}

const IntentRole* intent_of(const Intent& intent, const DeclaredHolder& holder) {
  const IntentRole* found = nullptr;
  for (const IntentRole& role : intent.roles) {
    const bool by_arn = !holder.arn.empty() && role.arn == holder.arn;
    const bool by_name = holder.arn.empty() && !holder.name.empty() &&
                         (role.arn.empty() ? role.name : last_part(role.arn)) == holder.name;
    if (holder.kind != HolderKind::Role || (!by_arn && !by_name)) {
      continue;
    }
    if (found != nullptr) {
      return nullptr;
    }
    found = &role;
  }
  return found;
}

}  // namespace muster::iam

template std::shared_ptr<const void> muster::built<muster::iam::DeclaredInfrastructure>(
    const AuditInput&);
