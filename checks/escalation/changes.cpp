// Candidates only; whether a change is allowed is up to the evaluator.
#include "checks/escalation/changes.h"

#include <algorithm>

#include "checks/iam/aws_policies.h"
#include "checks/text/ascii.h"

namespace muster::escalation {
namespace {

using iam::IdentityPolicy;
using policy::Effect;

/// Field of an ARN.

bool denies(const iam::SharedPolicy& policy) {
  return policy && std::ranges::any_of(policy->statements, [](const policy::Statement& statement) {
           return statement.effect == Effect::Deny;
         });
}

bool holds(const iam::Principal& principal, std::string_view arn) {
  return std::ranges::find(principal.identity, arn, &IdentityPolicy::arn) !=
         principal.identity.end();
}

bool is_everything(const IdentityPolicy& policy) {
  return policy.policy && allows_everything({policy.policy}) && !denies(policy.policy);
}

/// Beside the right to everything, only Denies matter: principals that have it are alike.
void drop_what_is_covered(iam::Principal& principal) {
  const auto full = std::ranges::find_if(principal.identity, is_everything);
  if (full == principal.identity.end()) {
    return;
  }
  const IdentityPolicy everything = *full;
  std::erase_if(principal.identity, [](const IdentityPolicy& policy) {
    return policy.policy && !denies(policy.policy);
  });
  principal.identity.push_back(everything);
}

/// Whether the change takes the boundary away.
bool sheds_boundary(const Change& change) {
  const On on = change.way->steps.front().on;
  return on == On::RoleBoundary || on == On::UserBoundary;
}

bool attaches_policies(const Way& way) {
  return std::ranges::any_of(way.keys,
                             [](const KeyValue& key) { return key.key == "iam:policyarn"; });
}

/// AWS's own, or of the account.
bool is_within_reach(const std::string& policy_arn, const iam::Principal& principal) {
  const std::string_view owner = iam::arn_field(policy_arn, iam::kAccountField);
  return owner == principal.account ||
         (owner == "aws" && iam::arn_field(policy_arn, iam::kPartitionField) ==
                                iam::arn_field(principal.arn, iam::kPartitionField));
}

/// Policies that whoever may attach policies can attach, whether or not the facts tell of them.
std::map<std::string, IdentityPolicy> well_known(const AccountMap& map) {
  std::map<std::string, IdentityPolicy> found;
  for (const iam::Principal& principal : map.principals()) {
    for (const std::string_view name : iam::well_known_policies()) {
      const std::string arn = iam::aws_policy_arn(name, principal.arn);
      found.try_emplace(arn, iam::ManagedPolicies().attached(std::string(name), arn));
    }
  }
  return found;
}

}  // namespace

IdentityPolicy Changes::full_power(const iam::Principal& principal) {
  return iam::ManagedPolicies().attached("AdministratorAccess",
                                         iam::aws_policy_arn("AdministratorAccess", principal.arn));
}

bool Changes::only_adds(const Change& change) {
  const bool some_deny = std::ranges::any_of(
      change.adds, [](const IdentityPolicy& policy) { return denies(policy.policy); });
  const bool all = std::ranges::any_of(change.adds, is_everything);
  return !some_deny && (change.replaces.empty() || all);
}

void Changes::apply(const Change& change, iam::Principal& principal) {
  if (!change.replaces.empty()) {
    std::erase_if(principal.identity,
                  [&](const IdentityPolicy& policy) { return policy.arn == change.replaces; });
  }
  principal.identity.insert(principal.identity.end(), change.adds.begin(), change.adds.end());
  if (change.way->steps.front().on == On::Group) {
    principal.groups.push_back(change.target);
  }
  if (sheds_boundary(change)) {
    principal.boundary.reset();
  }
  drop_what_is_covered(principal);
}

void Changes::apply_leniently(const Change& change, iam::Principal& principal) {
  Change lenient = change;
  for (IdentityPolicy& policy : lenient.adds) {
    policy.policy = without_denies(policy.policy);
  }
  for (IdentityPolicy& policy : principal.identity) {
    if (!change.replaces.empty() && policy.arn == change.replaces) {
      policy.policy = without_denies(policy.policy);
    }
  }
  lenient.replaces.clear();
  apply(lenient, principal);
}

iam::SharedPolicy Changes::without_denies(const iam::SharedPolicy& policy) {
  if (!denies(policy)) {
    return policy;
  }
  auto [entry, fresh] = without_denies_.try_emplace(policy);
  if (fresh) {
    policy::Policy rest = *policy;
    std::erase_if(rest.statements, [](const policy::Statement& statement) {
      return statement.effect == Effect::Deny;
    });
    entry->second = std::make_shared<const policy::Policy>(std::move(rest));
  }
  return entry->second;
}

const std::vector<Changes::Attachable>& Changes::attachable() {
  if (!attachable_) {
    attachable_.emplace();
    std::map<std::string, IdentityPolicy> found = well_known(map_);
    for (const auto& [arn, policy] : map_.facts().managed().all()) {
      found[arn] = map_.facts().managed().attached(policy.name, arn);
    }
    for (const auto& [arn, policy] : found) {
      attachable_->push_back({policy, map_.breadth_of({policy})});
    }
    std::ranges::stable_sort(*attachable_, std::ranges::greater(), &Attachable::breadth);
  }
  return *attachable_;
}

const std::vector<Changes::Joinable>& Changes::joinable() {
  if (!joinable_) {
    joinable_.emplace();
    for (const iam::HolderDocument& group : map_.facts().groups()) {
      joinable_->push_back({&group, map_.breadth_of(group.identity)});
    }
    std::ranges::stable_sort(*joinable_, std::ranges::greater(), &Joinable::breadth);
  }
  return *joinable_;
}

/// A group without rights is good for something where its policies can be written.
void Changes::add_groups(const EdgeFinder& finder, const Way& way, Id who,
                         std::vector<Change>& found) {
  const iam::Principal& user = map_.principal(who);
  const Power& power = map_.power(who);
  const bool writes = power.names("iam:PutGroupPolicy") || power.names("iam:AttachGroupPolicy") ||
                      power.names("iam:CreatePolicyVersion");
  for (const Joinable& one : joinable()) {
    const std::string& arn = one.group->arn;
    if (user.kind != iam::PrincipalKind::User || (one.breadth == 0 && !writes) ||
        iam::arn_field(arn, iam::kAccountField) != user.account || text::one_of(arn, user.groups) ||
        !finder.worth_asking(who, way.steps.front().action, arn)) {
      continue;
    }
    found.push_back({&way, arn, {}, one.group->identity, {}});
  }
}

void Changes::add_policies(const EdgeFinder& finder, const Way& way, Id who,
                           std::vector<Change>& found) {
  const iam::Principal& principal = map_.principal(who);
  const Power& power = map_.power(who);
  const std::string& action = way.steps.front().action;
  const bool writes = power.names("iam:CreatePolicyVersion");
  for (const std::string& target : finder.grant_targets(way.steps.front().on, who)) {
    if (!finder.worth_asking(who, action, target)) {
      continue;
    }
    for (const Attachable& one : attachable()) {
      const std::string& arn = one.policy.arn;
      if ((one.breadth == 0 && !writes) || !is_within_reach(arn, principal) ||
          holds(principal, arn) ||
          (!finder.everything() && !power.may_have(action, "iam:policyarn", arn))) {
        continue;
      }
      found.push_back({&way, target, arn, {one.policy}, {}});
    }
  }
}

/// Texts of its own choice: where no boundary limits them they are rights of an administrator.
void Changes::add_texts(const EdgeFinder& finder, const Way& way, Id who,
                        std::vector<Change>& found) const {
  if (!is_limited(map_.power(who).layers())) {
    return;
  }
  const IdentityPolicy everything = full_power(map_.principal(who));
  const On on = way.steps.front().on;
  for (const std::string& target : finder.grant_targets(on, who)) {
    if (finder.worth_asking(who, way.steps.front().action, target)) {
      found.push_back({&way,
                       target,
                       attaches_policies(way) ? everything.arn : std::string(),
                       {everything},
                       on == On::OwnPolicy ? target : std::string()});
    }
  }
}

void Changes::add_versions(const EdgeFinder& finder, const Way& way, Id who,
                           std::vector<Change>& found) const {
  for (const IdentityPolicy& own : map_.principal(who).identity) {
    const iam::ManagedPolicy* known = map_.facts().managed().find(own.arn);
    if (known == nullptr || known->policy != own.policy ||
        !finder.worth_asking(who, way.steps.front().action, own.arn)) {
      continue;
    }
    for (const iam::PolicyVersion& version : known->others) {
      if (version.policy) {
        found.push_back({&way, own.arn, {}, {{own.name, own.arn, version.policy, {}}}, own.arn});
      }
    }
  }
}

std::vector<Change> Changes::candidates(const EdgeFinder& finder, Id who) {
  std::vector<Change> found;
  for (const Way& way : ways()) {
    if (way.category != Category::SelfEscalation || !is_plausible(map_.power(who), way)) {
      continue;
    }
    const On on = way.steps.front().on;
    const iam::Principal& principal = map_.principal(who);
    if (on == On::Group) {
      add_groups(finder, way, who, found);
    } else if (on == On::OwnPolicyVersion) {
      add_versions(finder, way, who, found);
    } else if (on == On::UserBoundary || on == On::RoleBoundary) {
      const bool fits = (on == On::UserBoundary) == (principal.kind == iam::PrincipalKind::User);
      if (fits && principal.boundary && !is_service_linked(principal)) {
        found.push_back({&way, principal.arn, {}, {}, {}});
      }
    } else if (on != On::PermissionSet) {
      add_texts(finder, way, who, found);
      if (attaches_policies(way)) {
        add_policies(finder, way, who, found);
      }
    }
  }
  return found;
}

}  // namespace muster::escalation
