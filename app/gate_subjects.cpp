// Every source of policies becomes subjects with the same shape.
#include "app/gate_subjects.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "checks/core/digest.h"
#include "checks/iam/account.h"
#include "checks/iam/infrastructure.h"
#include "checks/policy/infer.h"
#include "checks/policy/print.h"
#include "checks/text/ascii.h"

namespace muster::app {
namespace {

using iam::DeclaredHolder;
using iam::HolderKind;
using iam::IdentityPolicy;
using policy::PolicyType;

std::string kind_word(HolderKind kind) {
  return kind == HolderKind::Role ? "role" : kind == HolderKind::User ? "user" : "group";
}

class Collector {
 public:
  Collector(const Facts& facts, const Intent& intent)
      : facts_(facts), intent_(intent), input_(facts, intent, TimePoint{}) {
    for (const Document& document : facts.documents) {
      documents_.emplace(document.source.path(), &document);
    }
  }

  void declared_roles();
  void account();
  void infrastructure();
  void organisation();
  void bare_files();
  void add_part(const std::string& path, const iam::Infrastructure& content);

  /// Sorted, the open parts too.
  std::vector<GateSubject> take();

 private:
  void add(GateSubject subject) { subjects_.push_back(std::move(subject)); }

  void add_holder(const std::string& path, const DeclaredHolder& holder,
                  const iam::Infrastructure& content);
  void unreadable(const std::vector<Unreadable>& errors);
  [[nodiscard]] IdentityPolicy file_policy(const std::string& path, PolicyType type) const;
  [[nodiscard]] std::string file_digest(const std::string& path) const;
  [[nodiscard]] std::string snapshot_of(const std::string& path, const std::string& arn) const;
  void limit(GateSubject& subject) const;

  const Facts& facts_;
  const Intent& intent_;
  AuditInput input_;
  std::map<std::string, const Document*> documents_;
  /// Files that are the policies of a declared role.
  std::set<std::string> grouped_;
  std::vector<GateSubject> subjects_;
};

IdentityPolicy missing(std::string name, std::string why) {
  return {std::move(name), {}, {}, std::move(why)};
}

std::string Collector::file_digest(const std::string& path) const {
  const auto found = documents_.find(path);
  return found == documents_.end() ? "absent" : hex(sha256(found->second->bytes));
}

/// The account of `arn`, when the document describes whole accounts.
std::string Collector::snapshot_of(const std::string& path, const std::string& arn) const {
  const auto found = documents_.find(path);
  const bool wide =
      found != documents_.end() && (found->second->kind == DocumentKind::AwsAccount ||
                                    found->second->kind == DocumentKind::IamAuthorizationDetails);
  return wide ? std::string(iam::arn_field(arn, iam::kAccountField)) : std::string();
}

/// Policies of the organisation hold for everything that a principal of the account may do.
void Collector::limit(GateSubject& subject) const {
  const auto account = iam::arn_field(subject.identity, iam::kAccountField);
  if (subject.kind != SubjectKind::Permissions || account.empty()) {
    return;
  }
  if (const auto* levels = input_.model<iam::AccountFacts>().scp(account)) {
    subject.scp = *levels;
  }
}

IdentityPolicy Collector::file_policy(const std::string& path, PolicyType type) const {
  const auto found = documents_.find(path);
  if (found == documents_.end()) {
    return missing(path, "`" + path + "` is not there");
  }
  auto read = policy::parse_policy(found->second->bytes, found->second->source, type);
  return read ? IdentityPolicy{path,
                               {},
                               std::make_shared<const policy::Policy>(std::move(read).value()),
                               {}}
              : missing(path, to_string(read.error()));
}

/// Roles of muster.yaml whose policies are files.
void Collector::declared_roles() {
  for (const IntentRole& role : intent_.roles) {
    const std::string identity = role.arn.empty() ? "role/" + role.name : role.arn;
    if (documents_.contains(role.trust_file)) {
      grouped_.insert(role.trust_file);
      add({SubjectKind::Trust,
           identity,
           "trust of role `" + role.name + "`",
           role.trust_file,
           {SourceId(role.trust_file), {}},
           {file_policy(role.trust_file, PolicyType::Trust)}});
    }
    GateSubject permissions{SubjectKind::Permissions, identity,
                            "permissions of role `" + role.name + "`"};
    for (const std::string& path : role.permission_files) {
      grouped_.insert(path);
      if (documents_.contains(path)) {
        permissions.policies.push_back(file_policy(path, PolicyType::Identity));
        permissions.file = permissions.file.empty() ? path : permissions.file;
      }
    }
    if (!permissions.policies.empty()) {
      permissions.where = {SourceId(permissions.file), {}};
      add(std::move(permissions));
    }
  }
}

void Collector::unreadable(const std::vector<Unreadable>& errors) {
  for (const Unreadable& error : errors) {
    const std::string& path = error.source.path();
    add({SubjectKind::Permissions,
         {},
         "policies in `" + path + "`",
         path,
         error.error.where.value_or(SourceRef{error.source, {}}),
         {missing(path, error.error.message)}});
  }
}

/// Roles, users and groups of account documents.
void Collector::account() {
  const auto& facts = input_.model<iam::AccountFacts>();
  unreadable(facts.unreadable());
  for (const iam::RoleFact& fact : facts.roles()) {
    const iam::RoleDocument& role = fact.role;
    const std::string& path = fact.source.path();
    add({SubjectKind::Trust,
         role.arn,
         "trust of role `" + role.name + "`",
         path,
         role.where,
         {role.trust ? IdentityPolicy{"trust",
                                      {},
                                      std::make_shared<const policy::Policy>(role.trust.value()),
                                      {}}
                     : missing("trust", role.trust.error().message)},
         {},
         {},
         snapshot_of(path, role.arn)});
    add({SubjectKind::Permissions,
         role.arn,
         "permissions of role `" + role.name + "`",
         path,
         role.where,
         role.identity,
         role.boundary,
         {},
         snapshot_of(path, role.arn)});
  }
  for (const auto* holders : {&facts.users(), &facts.groups()}) {
    const std::string kind = holders == &facts.users() ? "user" : "group";
    for (const iam::HolderDocument& holder : *holders) {
      GateSubject subject{SubjectKind::Permissions,
                          holder.arn,
                          "permissions of " + kind + " `" + holder.name + "`",
                          holder.where.source.path(),
                          holder.where,
                          holder.identity,
                          holder.boundary,
                          {},
                          snapshot_of(holder.where.source.path(), holder.arn)};
      for (const iam::HolderDocument& group : facts.groups()) {
        if (text::one_of(group.name, holder.groups)) {
          subject.policies.insert(subject.policies.end(), group.identity.begin(),
                                  group.identity.end());
        }
      }
      add(std::move(subject));
    }
  }
}

/// What policies of the organisation leave to an account of which nobody is known.
void Collector::organisation() {
  const auto& facts = input_.model<iam::AccountFacts>();
  for (const std::string& account : facts.scp_accounts()) {
    const bool has_principals = std::ranges::any_of(subjects_, [&](const GateSubject& subject) {
      return iam::arn_field(subject.identity, iam::kAccountField) == account;
    });
    const auto source = std::ranges::find_if(facts_.documents, [](const Document& document) {
      return document.kind == DocumentKind::AwsAccount;
    });
    if (has_principals || facts.scp(account) == nullptr || source == facts_.documents.end()) {
      continue;
    }
    add({SubjectKind::Permissions,
         "arn:aws:iam::" + account + ":root",
         "what the organisation lets account `" + account + "` do",
         source->source.path(),
         {source->source, {}},
         {facts.managed().attached("AdministratorAccess",
                                   "arn:aws:iam::aws:policy/AdministratorAccess")}});
  }
}

void Collector::add_holder(const std::string& path, const DeclaredHolder& holder,
                           const iam::Infrastructure& content) {
  const std::string kind = kind_word(holder.kind);
  const std::string name = holder.name.empty() ? holder.address : holder.name;
  const std::string identity = !holder.arn.empty()   ? holder.arn
                               : holder.name.empty() ? holder.address
                                                     : kind + "/" + holder.name;
  GateSubject permissions{SubjectKind::Permissions,
                          identity,
                          "permissions of " + kind + " `" + name + "`",
                          path,
                          holder.where,
                          holder.identity,
                          holder.boundary,
                          {},
                          {},
                          holder.arn.empty() && holder.name.empty(),
                          false,
                          holder.open_digests};
  for (const DeclaredHolder& group : content.holders) {
    if (group.kind == HolderKind::Group && text::one_of(group.address, holder.groups)) {
      permissions.policies.insert(permissions.policies.end(), group.identity.begin(),
                                  group.identity.end());
      permissions.open.insert(permissions.open.end(), group.open_digests.begin(),
                              group.open_digests.end());
    }
  }
  add(std::move(permissions));
  if (holder.trust) {
    const bool read = holder.trust->ok();
    add({SubjectKind::Trust,
         identity,
         "trust of role `" + name + "`",
         path,
         holder.where,
         {read ? IdentityPolicy{"trust",
                                {},
                                std::make_shared<const policy::Policy>(holder.trust->value()),
                                {}}
               : missing("trust", holder.trust->error().message)},
         {},
         {},
         {},
         holder.arn.empty() && holder.name.empty(),
         false,
         read ? std::vector<std::string>() : holder.open_digests});
  }
}

void Collector::add_part(const std::string& path, const iam::Infrastructure& content) {
  std::set<const policy::Policy*> held;
  for (const DeclaredHolder& holder : content.holders) {
    add_holder(path, holder, content);
    for (const IdentityPolicy& policy : holder.identity) {
      held.insert(policy.policy.get());
    }
    // What a boundary allows counts only for those that it limits.
    if (holder.boundary) {
      held.insert(holder.boundary->policy.get());
    }
  }
  for (const iam::DeclaredPolicy& policy : content.policies) {
    const bool attached =
        policy.policy.policy != nullptr && held.contains(policy.policy.policy.get());
    const bool resource = policy.type == PolicyType::Resource;
    add({resource ? SubjectKind::Resource : SubjectKind::Permissions,
         policy.policy.arn.empty() ? policy.address : policy.policy.arn,
         "policy `" + policy.address + "`",
         path,
         policy.where,
         {policy.policy},
         {},
         {},
         {},
         false,
         attached,
         policy.open_digest.empty() ? std::vector<std::string>()
                                    : std::vector<std::string>{policy.open_digest}});
  }
}

void Collector::infrastructure() {
  const auto& declared = input_.model<iam::DeclaredInfrastructure>();
  unreadable(declared.unreadable());
  for (const iam::DeclaredInfrastructure::Part& part : declared.parts()) {
    add_part(part.source.path(), part.content);
  }
}

void Collector::bare_files() {
  for (const auto& [path, document] : documents_) {
    if (document->kind != DocumentKind::IamPolicy || grouped_.contains(path)) {
      continue;
    }
    const auto tree = iam::parse_account_json(*document);
    PolicyType type = PolicyType::Identity;
    if (tree) {
      type = iam::is_trust_policy(tree.value().root()) ? PolicyType::Trust
                                                       : policy::infer_type(tree.value().root());
    }
    const SubjectKind kind = type == PolicyType::Trust      ? SubjectKind::Trust
                             : type == PolicyType::Resource ? SubjectKind::Resource
                                                            : SubjectKind::Permissions;
    add({kind,
         {},
         "policy `" + path + "`",
         path,
         {document->source, {}},
         {file_policy(path, type)}});
  }
}

std::vector<GateSubject> Collector::take() {
  for (GateSubject& subject : subjects_) {
    limit(subject);
    const bool has_digests = !subject.open.empty();
    const auto note = [&](const IdentityPolicy& policy) {
      if (policy.policy) {
        return;
      }
      if (!policy.arn.empty()) {
        subject.open.push_back(policy.arn);
      } else if (!has_digests) {
        subject.open.push_back(
            file_digest(documents_.contains(policy.name) ? policy.name : subject.file));
      }
    };
    std::ranges::for_each(subject.policies, note);
    if (subject.boundary) {
      note(*subject.boundary);
    }
    for (const auto& level : subject.scp.value_or(std::vector<std::vector<IdentityPolicy>>())) {
      std::ranges::for_each(level, note);
    }
    std::ranges::sort(subject.open);
  }
  std::ranges::stable_sort(subjects_, [](const GateSubject& a, const GateSubject& b) {
    return std::tie(a.kind, a.identity, a.file) < std::tie(b.kind, b.identity, b.file);
  });
  return std::move(subjects_);
}

using Key = std::tuple<SubjectKind, std::string, std::string>;
using KeyOf = std::function<std::optional<Key>(const GateSubject&)>;

/// Pairs what has the same key, where only one subject of each side has it.
void match(const std::vector<GateSubject>& before, const std::vector<GateSubject>& after,
           const KeyOf& key_of, std::map<const GateSubject*, const GateSubject*>& found,
           std::set<const GateSubject*>& used) {
  std::map<Key, std::vector<const GateSubject*>> left;
  std::map<Key, std::vector<const GateSubject*>> right;
  for (const GateSubject& subject : before) {
    const auto key = used.contains(&subject) ? std::nullopt : key_of(subject);
    if (key) {
      left[*key].push_back(&subject);
    }
  }
  for (const GateSubject& subject : after) {
    const auto key = found.contains(&subject) ? std::nullopt : key_of(subject);
    if (key) {
      right[*key].push_back(&subject);
    }
  }
  for (const auto& [key, subjects] : right) {
    const auto other = left.find(key);
    if (subjects.size() == 1 && other != left.end() && other->second.size() == 1) {
      found.emplace(subjects[0], other->second[0]);
      used.insert(other->second[0]);
    }
  }
}

std::string file_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

std::vector<std::string> printed_statements(const GateSubject& subject,
                                            std::optional<policy::Effect> effect) {
  std::vector<std::string> printed;
  for (const IdentityPolicy& identity : subject.policies) {
    for (std::size_t i = 0; identity.policy && i < identity.policy->statements.size(); ++i) {
      policy::Policy one;
      one.version = identity.policy->version;
      one.statements.push_back(identity.policy->statements[i]);
      one.statements.front().sid.reset();
      if (!effect || one.statements.front().effect == *effect) {
        printed.push_back(policy::print_policy(one, text::JsonLayout::Compact));
      }
    }
  }
  std::ranges::sort(printed);
  return printed;
}

std::vector<GateSubject> gate_subjects(const Facts& facts, const Intent& grouping) {
  Collector collector(facts, grouping);
  collector.declared_roles();
  collector.account();
  collector.infrastructure();
  collector.bare_files();
  collector.organisation();
  return collector.take();
}

std::vector<GateSubject> prior_subjects(const Facts& facts) {
  const Intent nobody;
  Collector collector(facts, nobody);
  for (const Document& document : facts.documents) {
    const bool plan = document.kind == DocumentKind::Terraform;
    if (const auto prior = plan ? iam::read_prior_state(document) : std::nullopt) {
      collector.add_part(document.source.path(), *prior);
    }
  }
  return collector.take();
}

std::vector<SubjectPair> pair_subjects(const std::vector<GateSubject>& before,
                                       const std::vector<GateSubject>& after) {
  std::map<const GateSubject*, const GateSubject*> found;
  std::set<const GateSubject*> used;
  const auto by_place = [](const GateSubject& one) {
    return std::optional(Key(one.kind, one.identity, one.file));
  };
  const auto by_identity = [](const GateSubject& one) {
    return one.identity.empty() ? std::nullopt
                                : std::optional(Key(one.kind, one.identity, std::string()));
  };
  const auto by_content = [](const GateSubject& one) -> std::optional<Key> {
    const std::vector<std::string> printed = printed_statements(one, std::nullopt);
    std::string all;
    for (const std::string& statement : printed) {
      all += statement;
    }
    // A name that AWS makes up is no identity: the same policies under another one are the same.
    const bool file = (one.identity.empty() || one.unnamed) && one.open.empty() && !all.empty();
    return file ? std::optional(Key(one.kind, std::string(), all)) : std::nullopt;
  };
  const auto by_name = [](const GateSubject& one) {
    return one.identity.empty() ? std::optional(Key(one.kind, std::string(), file_name(one.file)))
                                : std::nullopt;
  };
  for (const KeyOf& key_of :
       {KeyOf(by_place), KeyOf(by_identity), KeyOf(by_content), KeyOf(by_name)}) {
    match(before, after, key_of, found, used);
  }
  std::vector<SubjectPair> pairs;
  for (const GateSubject& subject : after) {
    if (subject.held) {
      continue;
    }
    const auto other = found.find(&subject);
    pairs.push_back({other == found.end() ? nullptr : other->second, &subject});
  }
  for (const GateSubject& subject : before) {
    if (!used.contains(&subject) && !subject.held) {
      pairs.push_back({&subject, nullptr});
    }
  }
  return pairs;
}

}  // namespace muster::app
