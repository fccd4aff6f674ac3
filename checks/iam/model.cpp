// Joins three sources of roles. Facts of the account come first, then the declaration, then trust
// policies that nobody named.
#include "checks/iam/model.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "checks/core/model.h"
#include "checks/iac/cloudformation.h"
#include "checks/iam/account.h"
#include "checks/iam/infrastructure.h"
#include "checks/policy/values.h"
#include "checks/text/ascii.h"

namespace muster::iam {
namespace {

bool allows_everything(const policy::Statement& statement) {
  const auto has_star = [](const std::optional<std::vector<policy::Text>>& texts) {
    return texts && std::any_of(texts->begin(), texts->end(),
                                [](const policy::Text& text) { return text.value == "*"; });
  };
  return statement.effect == policy::Effect::Allow && statement.conditions.empty() &&
         has_star(statement.actions) && has_star(statement.resources);
}

bool is_administrator(const IdentityPolicy& identity) {
  return identity.policy && std::any_of(identity.policy->statements.begin(),
                                        identity.policy->statements.end(), allows_everything);
}

/// The account that all OIDC providers of the trust are in: a role can only trust those of its own.
std::string account_of(const policy::Policy& trust) {
  std::set<std::string> accounts;
  for (const policy::Statement& statement : trust.statements) {
    if (!statement.principals) {
      continue;
    }
    for (const policy::Principal& principal : *statement.principals) {
      if (principal.type == policy::PrincipalType::Federated &&
          principal.value.value.find(":oidc-provider/") != std::string::npos) {
        accounts.emplace(arn_field(principal.value.value, kAccountField));
      }
    }
  }
  return accounts.size() == 1 ? *accounts.begin() : std::string();
}

class Builder {
 public:
  explicit Builder(const AuditInput& input) : input_(input) {
    for (const Document& document : input.facts().documents) {
      by_path_.emplace(document.source.path(), &document);
    }
  }

  void read_account_facts();
  void read_infrastructure();
  void read_declared();
  void read_bare_policies();
  void finish();

  std::vector<Role> roles;
  std::vector<Unreadable> unreadable;

 private:
  class Finder;

  void account_role(const RoleFact& fact);
  void infrastructure_role(const SourceId& source, const DeclaredHolder& holder);
  void declared_file(Role role);
  void adopt(Role& role, Result<policy::Policy> trust);
  void proposed_file(Role role, std::size_t deployed);
  void add_permission_files(Role& role) const;
  [[nodiscard]] Error missing_file(const IntentRole& role, const std::string& path) const;

  const AuditInput& input_;
  std::map<std::string, const Document*> by_path_;
  /// Roles of the account facts.
  std::map<std::string, std::size_t> by_arn_;
};

/// The trust of a role that is new: kept when it was read, else the role goes without.
void Builder::adopt(Role& role, Result<policy::Policy> trust) {
  if (trust) {
    role.trust = std::move(trust).value();
    role.where = role.trust->where;
  } else {
    unreadable.push_back({role.source, trust.error()});
  }
}

/// A role of the account facts. The first that has a readable trust policy counts.
void Builder::account_role(const RoleFact& fact) {
  const RoleDocument& found = fact.role;
  const auto known = found.arn.empty() ? by_arn_.end() : by_arn_.find(found.arn);
  if (known != by_arn_.end() && roles[known->second].trust) {
    return;
  }
  Role fresh;
  Role& role = known == by_arn_.end() ? fresh : roles[known->second];
  role.arn = found.arn;
  role.name = found.name.empty() ? last_part(found.arn) : found.name;
  role.source = fact.source;
  role.where = found.where;
  role.identity = found.identity;
  role.boundary = found.boundary;
  role.path = found.path;
  role.tags = found.tags;
  role.instance_profiles = found.instance_profiles;
  role.last_used = found.last_used;
  role.created = found.created;
  role.deployed = true;
  adopt(role, found.trust);
  if (known == by_arn_.end() && !role.arn.empty()) {
    by_arn_.emplace(role.arn, roles.size());
    roles.push_back(std::move(fresh));
  }
}

void Builder::read_account_facts() {
  const auto& facts = input_.model<AccountFacts>();
  unreadable = facts.unreadable();
  for (const RoleFact& fact : facts.roles()) {
    account_role(fact);
  }
}

bool same_text(const IdentityPolicy& a, const IdentityPolicy& b) {
  return a.policy && b.policy && policy::same_policy(*a.policy, *b.policy);
}

bool is_among(const IdentityPolicy& policy, const std::vector<IdentityPolicy>& others) {
  return std::any_of(others.begin(), others.end(),
                     [&](const IdentityPolicy& other) { return same_text(policy, other); });
}

bool only_allows(const IdentityPolicy& policy) {
  return policy.policy &&
         std::none_of(policy.policy->statements.begin(), policy.policy->statements.end(),
                      [](const policy::Statement& statement) {
                        return statement.effect == policy::Effect::Deny;
                      });
}

/// Whether a role that is there already has the trust and every policy of a declared one, and
/// nothing that takes away what the declared one leaves.
bool says_nothing_new(const Role& known, const Role& declared) {
  const bool same_trust = known.trust.has_value() == declared.trust.has_value() &&
                          (!known.trust || policy::same_policy(*known.trust, *declared.trust));
  const bool same_boundary =
      !known.boundary || (declared.boundary && same_text(*known.boundary, *declared.boundary));
  return same_trust && same_boundary &&
         std::all_of(
             declared.identity.begin(), declared.identity.end(),
             [&](const IdentityPolicy& wanted) { return is_among(wanted, known.identity); }) &&
         std::all_of(known.identity.begin(), known.identity.end(), [&](const IdentityPolicy& own) {
           return only_allows(own) || is_among(own, declared.identity);
         });
}

/// A role of a template or plan. It is judged beside one that is deployed under the same ARN, if it
/// says something else.
void Builder::infrastructure_role(const SourceId& source, const DeclaredHolder& holder) {
  Role role;
  role.intent = intent_of(input_.intent(), holder);
  role.arn = holder.arn.empty() && role.intent != nullptr ? role.intent->arn : holder.arn;
  role.name = holder.name.empty() ? holder.address : holder.name;
  role.source = source;
  role.where = holder.where;
  role.address = holder.address;
  role.identity = holder.identity;
  role.boundary = holder.boundary;
  const ManagedPolicies& managed = input_.model<AccountFacts>().managed();
  managed.complete(role.identity);
  managed.complete(role.boundary);
  role.path = holder.path;
  role.tags = holder.tags;
  if (*holder.trust) {
    role.trust = holder.trust->value();
  } else {
    unreadable.push_back({SourceId(source.path() + "#" + holder.address), holder.trust->error()});
  }
  const auto known = std::find_if(roles.begin(), roles.end(), [&](const Role& other) {
    return !role.arn.empty() && other.arn == role.arn;
  });
  role.proposed = known != roles.end();
  if (known == roles.end() || !says_nothing_new(*known, role)) {
    roles.push_back(std::move(role));
  }
}

void Builder::read_infrastructure() {
  const auto& declared = input_.model<DeclaredInfrastructure>();
  unreadable.insert(unreadable.end(), declared.unreadable().begin(), declared.unreadable().end());
  for (const DeclaredInfrastructure::Part& part : declared.parts()) {
    for (const DeclaredHolder& holder : part.content.holders) {
      if (holder.kind == HolderKind::Role) {
        infrastructure_role(part.source, holder);
      }
    }
  }
}

Error Builder::missing_file(const IntentRole& role, const std::string& path) const {
  for (const NotCovered& missing : input_.facts().not_covered) {
    if (missing.what == path) {
      return {ErrorCode::Unreadable,
              "role `" + role.name + "` has its trust policy in `" + path + "`: " + missing.why,
              role.where};
    }
  }
  return {ErrorCode::NotFound,
          "role `" + role.name + "` has its trust policy in `" + path + "`, which is not there",
          role.where};
}

/// The trust policy of a declared role, from the file that the declaration names.
void Builder::declared_file(Role role) {
  const IntentRole& intent = *role.intent;
  const auto file = by_path_.find(intent.trust_file);
  if (file == by_path_.end()) {
    unreadable.push_back({SourceId(intent.trust_file), missing_file(intent, intent.trust_file)});
    roles.push_back(std::move(role));
    return;
  }
  role.source = file->second->source;
  role.where = {role.source, {}};
  const auto tree = parse_account_json(*file->second);
  if (!tree) {
    unreadable.push_back({role.source, tree.error()});
  } else if (std::vector<RoleDocument> inside = role_documents(tree.value().root());
             inside.size() == 1) {
    role.arn = role.arn.empty() ? inside.front().arn : role.arn;
    role.identity = std::move(inside.front().identity);
    adopt(role, std::move(inside.front().trust));
  } else {
    adopt(role, policy::read_policy(tree.value().root(), policy::PolicyType::Trust));
  }
  roles.push_back(std::move(role));
}

/// A proposed trust policy that is the deployed one says nothing new.
void Builder::proposed_file(Role role, std::size_t deployed) {
  role.proposed = true;
  declared_file(std::move(role));
  const auto& now = roles[deployed].trust;
  const auto& next = roles.back().trust;
  if (!next || (now && policy::same_policy(*now, *next))) {
    roles.pop_back();
  }
}

/// The first role with this ARN or declaration, by number; as many as there are when there is none.
class Builder::Finder {
 public:
  explicit Finder(const std::vector<Role>& roles) : roles_(roles) {}

  std::size_t find(const IntentRole& intent) {
    for (; seen_ < roles_.size(); ++seen_) {
      const Role& role = roles_[seen_];
      if (!role.arn.empty()) {
        by_arn_.try_emplace(role.arn, seen_);
      }
      if (role.intent != nullptr) {
        by_intent_.try_emplace(role.intent, seen_);
      }
    }
    const auto arn = by_arn_.find(intent.arn);
    const auto own = by_intent_.find(&intent);
    return std::min(arn == by_arn_.end() ? roles_.size() : arn->second,
                    own == by_intent_.end() ? roles_.size() : own->second);
  }

 private:
  const std::vector<Role>& roles_;
  std::size_t seen_ = 0;
  std::map<std::string, std::size_t> by_arn_;
  std::map<const IntentRole*, std::size_t> by_intent_;
};

void Builder::read_declared() {
  Finder finder(roles);
  for (const IntentRole& intent : input_.intent().roles) {
    const std::size_t known = finder.find(intent);
    Role role;
    role.arn = intent.arn;
    role.name = intent.arn.empty() ? intent.name : last_part(intent.arn);
    role.source = input_.intent().source;
    role.where = intent.where;
    role.intent = &intent;
    if (known < roles.size()) {
      roles[known].intent = roles[known].intent == nullptr ? &intent : roles[known].intent;
      if (!intent.trust_file.empty()) {
        proposed_file(std::move(role), known);
      }
      continue;
    }
    if (!intent.trust_file.empty()) {
      declared_file(std::move(role));
      continue;
    }
    // The name keeps two such roles apart: this document is their entry, not the whole file.
    unreadable.push_back(
        {SourceId(input_.intent().source.path() + "#roles." + intent.name),
         Error{ErrorCode::NotFound,
               "no trust policy of role `" + intent.name +
                   "` is known: name its file under `trust`, or add the output of `aws iam "
                   "get-role`",
               intent.where}});
    roles.push_back(std::move(role));
  }
}

void Builder::read_bare_policies() {
  std::set<std::string> named;
  for (const IntentRole& role : input_.intent().roles) {
    named.insert(role.trust_file);
    named.insert(role.permission_files.begin(), role.permission_files.end());
  }
  for (const Document& document : input_.facts().documents) {
    if (document.kind != DocumentKind::IamPolicy || named.contains(document.source.path())) {
      continue;
    }
    const auto tree = parse_account_json(document);
    if (!tree) {
      // Which kind of policy it is cannot be told from broken JSON, so it may be a trust policy.
      unreadable.push_back({document.source, tree.error()});
    } else if (is_trust_policy(tree.value().root())) {
      Role role;
      role.name = document.source.path();
      role.source = document.source;
      role.where = {document.source, {}};
      adopt(role, policy::read_policy(tree.value().root(), policy::PolicyType::Trust));
      roles.push_back(std::move(role));
    }
  }
}

void Builder::add_permission_files(Role& role) const {
  for (const std::string& path : role.intent->permission_files) {
    IdentityPolicy identity{path, {}, {}, "there is no such file"};
    if (const auto file = by_path_.find(path); file != by_path_.end()) {
      auto policy = policy::parse_policy(file->second->bytes, file->second->source,
                                         policy::PolicyType::Identity);
      if (policy) {
        identity.policy = std::make_shared<const policy::Policy>(std::move(policy).value());
        identity.missing.clear();
      } else {
        identity.missing = to_string(policy.error());
      }
    }
    role.identity.push_back(std::move(identity));
  }
}

void Builder::finish() {
  for (Role& role : roles) {
    role.account = arn_field(role.arn, kAccountField);
    if (role.account.empty() && role.trust) {
      role.account = account_of(*role.trust);
      role.account = role.account == iac::kSomeAccount ? std::string() : role.account;
    }
    if (role.intent != nullptr) {
      role.privilege = role.intent->privilege;
      add_permission_files(role);
    }
    if (std::any_of(role.identity.begin(), role.identity.end(), is_administrator)) {
      role.privilege = Privilege::Admin;
    }
  }
  std::stable_sort(roles.begin(), roles.end(), [](const Role& a, const Role& b) {
    return std::tuple(a.asset(), a.source, a.where) < std::tuple(b.asset(), b.source, b.where);
  });
}

}  // namespace

Asset Role::asset() const {
  const std::string declared = source.path() + (address.empty() ? "" : "#" + address);
  return {"iam-role", arn.empty() || proposed ? declared : arn};
}

Roles Roles::build(const AuditInput& input) {
  Builder builder(input);
  builder.read_account_facts();
  builder.read_infrastructure();
  builder.read_declared();
  builder.read_bare_policies();
  builder.finish();
  Roles result;
  result.roles_ = std::move(builder.roles);
  result.unreadable_ = std::move(builder.unreadable);
  for (std::size_t i = 0; i < result.roles_.size(); ++i) {
    const Role& role = result.roles_[i];
    if (!role.arn.empty() && !role.proposed) {
      result.by_arn_.emplace(role.arn, i);
    }
  }
  return result;
}

const Role* Roles::find(std::string_view arn) const {
  const auto found = by_arn_.find(arn);
  return found == by_arn_.end() ? nullptr : &roles_[found->second];
}

const Role* Roles::declared_as(std::string_view name) const {
  const auto found = std::find_if(roles_.begin(), roles_.end(), [&](const Role& role) {
    return role.intent != nullptr && role.intent->name == name;
  });
  return found == roles_.end() ? nullptr : &*found;
}

std::vector<Unreadable> unreadable_trusts(const AuditInput& input) {
  return input.model<Roles>().unreadable();
}

std::optional<TimePoint> time_of(std::string_view text) {
  const std::size_t point = text.find('.');
  const bool seconds = point != std::string_view::npos && point > 4 &&
                       text::is_digits(text.substr(0, point)) &&
                       text::is_digits(text.substr(point + 1));
  const auto instant = policy::parse_instant(seconds ? text.substr(0, point) : text);
  return instant ? std::optional(TimePoint(std::chrono::seconds(instant->seconds))) : std::nullopt;
}

std::string last_part(std::string_view arn) {
  return std::string(arn.substr(arn.rfind('/') + 1));
}

std::string_view arn_field(std::string_view arn, std::size_t index) {
  for (std::size_t i = 0; i < index; ++i) {
    const std::size_t colon = arn.find(':');
    if (colon == std::string_view::npos) {
      return {};
    }
    arn.remove_prefix(colon + 1);
  }
  return arn.substr(0, arn.find(':'));
}

}  // namespace muster::iam

template std::shared_ptr<const void> muster::built<muster::iam::Roles>(const AuditInput&);
