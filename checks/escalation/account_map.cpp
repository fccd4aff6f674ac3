// Indexes only; nothing is decided here.
#include "checks/escalation/account_map.h"

#include <algorithm>
#include <tuple>

namespace muster::escalation {
namespace {

/// AWS's own policies only allow, but for those whose name tells otherwise.
bool may_deny(const iam::IdentityPolicy& policy) {
  return policy.arn.find(":iam::aws:policy/") == std::string::npos ||
         policy.arn.find("Deny") != std::string::npos ||
         policy.arn.find("Quarantine") != std::string::npos;
}

/// The layers; a missing text that can only allow more leaves nothing open for a proof of access.
iam::PrincipalLayers layers_for_access(const iam::Principal& principal,
                                       const iam::AccountFacts& facts) {
  iam::PrincipalLayers layers = layers_of(principal, facts);
  const bool open = std::ranges::any_of(principal.identity, [](const iam::IdentityPolicy& policy) {
    return !policy.policy && may_deny(policy);
  });
  if (!open) {
    layers.open.erase(policy::Layer::Identity);
  }
  return layers;
}

LayersKey key_of(const iam::PrincipalLayers& layers, const std::string& account) {
  LayersKey key{{}, {}, layers.boundary.has_value(), account, layers.open};
  for (const iam::SharedPolicy& policy : layers.identity) {
    std::get<0>(key).push_back(policy.get());
  }
  std::ranges::sort(std::get<0>(key));
  for (std::size_t i = 0; layers.boundary && i < layers.boundary->size(); ++i) {
    std::get<1>(key).push_back((*layers.boundary)[i].get());
  }
  return key;
}

bool is_star(const std::optional<std::vector<policy::Text>>& texts) {
  return texts && std::ranges::any_of(*texts, [](const policy::Text& text) {
           return text.value == "*" || text.value == "*:*";
         });
}

}  // namespace

bool allows_everything(const std::vector<iam::SharedPolicy>& policies) {
  return std::ranges::any_of(policies, [](const iam::SharedPolicy& policy) {
    return std::ranges::any_of(policy->statements, [](const policy::Statement& statement) {
      return statement.effect == policy::Effect::Allow && statement.conditions.empty() &&
             is_star(statement.actions) && is_star(statement.resources);
    });
  });
}

bool is_plausible(const Power& power, const Way& way) {
  return std::ranges::all_of(way.steps,
                             [&](const Step& step) { return power.names(step.action); }) &&
         (way.tagging.empty() || power.names(way.tagging));
}

AccountMap::AccountMap(const AuditInput& input)
    : principals_(input.model<iam::Principals>().all()),
      facts_(input.model<iam::AccountFacts>()),
      now_(input.now()) {
  for (Id id = 0; id < principals_.size(); ++id) {
    by_arn_.emplace(principals_[id].arn, id);
    const iam::Role* role = principals_[id].role;
    if (role != nullptr) {
      const std::string session = caller_of(principals_[id]);
      by_session_.emplace(session.substr(0, session.rfind('/')), id);
    }
    trusts_.push_back(role != nullptr && role->trust ? trusts_of(*role->trust) : Trusts{});
  }
  read_powers();
  read_things(input.model<iam::Inventory>());
}

std::size_t AccountMap::power_for(iam::PrincipalLayers layers, const std::string& account,
                                  bool& fresh) {
  LayersKey key = key_of(layers, account);
  const auto known = by_layers_.find(key);
  fresh = known == by_layers_.end();
  if (!fresh) {
    return known->second;
  }
  by_layers_.emplace(std::move(key), powers_.size());
  powers_.push_back(std::make_unique<Power>(std::move(layers), index_, now_));
  return powers_.size() - 1;
}

void AccountMap::join_group(Id id, std::size_t power, bool fresh) {
  power_of_.push_back(power);
  if (!fresh) {
    groups_[power].push_back(id);
    return;
  }
  groups_.push_back({id});
  for (std::size_t i = 0; i < ways().size(); ++i) {
    if (is_plausible(*powers_[power], ways()[i])) {
      plausible_[i].push_back(power);
    }
  }
}

void AccountMap::read_powers() {
  plausible_.resize(ways().size());
  for (Id id = 0; id < principals_.size(); ++id) {
    bool fresh = false;
    const std::size_t power =
        power_for(layers_for_access(principals_[id], facts_), principals_[id].account, fresh);
    join_group(id, power, fresh);
  }
}

Id AccountMap::id_of(const iam::Principal& principal) const {
  const auto changed = changed_ids_.find(&principal);
  return changed == changed_ids_.end() ? static_cast<Id>(&principal - principals_.data())
                                       : changed->second;
}

Id AccountMap::add_changed(iam::Principal principal, Id origin) {
  const Id id = size();
  bool fresh = false;
  const std::size_t power =
      power_for(layers_for_access(principal, facts_), principal.account, fresh);
  changed_.push_back({std::move(principal), origin});
  changed_ids_.emplace(&changed_.back().principal, id);
  join_group(id, power, fresh);
  return id;
}

Id AccountMap::push_trial(iam::Principal principal, Id origin) {
  const Id id = size();
  iam::PrincipalLayers layers = layers_for_access(principal, facts_);
  const auto known = by_layers_.find(key_of(layers, principal.account));
  if (known != by_layers_.end()) {
    power_of_.push_back(known->second);
  } else {
    power_of_.push_back(powers_.size());
    powers_.push_back(std::make_unique<Power>(std::move(layers), index_, now_));
  }
  changed_.push_back({std::move(principal), origin});
  changed_ids_.emplace(&changed_.back().principal, id);
  return id;
}

void AccountMap::pop_trial() {
  if (power_of_.back() >= groups_.size()) {
    powers_.pop_back();
  }
  power_of_.pop_back();
  changed_ids_.erase(&changed_.back().principal);
  changed_.pop_back();
}

std::size_t AccountMap::breadth_of(const std::vector<iam::IdentityPolicy>& policies) {
  ActionBits bits = index_.none();
  for (const iam::IdentityPolicy& policy : policies) {
    if (policy.policy) {
      index_.add(policy.policy, bits);
    }
  }
  return static_cast<std::size_t>(std::ranges::count(bits, true));
}

void AccountMap::read_things(const iam::Inventory& inventory) {
  carriers_.resize(principals_.size());
  for (const iam::Resource& thing : inventory.resources()) {
    by_type_[thing.type].push_back(&thing);
    by_thing_arn_.emplace(thing.arn, &thing);
    if (const auto role = by_arn_.find(thing.role); role != by_arn_.end()) {
      carriers_[role->second].push_back(&thing);
    }
  }
}

const iam::Principal* AccountMap::find(std::string_view arn) const {
  if (const auto found = by_arn_.find(arn); found != by_arn_.end()) {
    return &principals_[found->second];
  }
  const auto role = by_session_.find(arn.substr(0, arn.rfind('/')));
  return role == by_session_.end() ? nullptr : &principals_[role->second];
}

std::vector<const iam::Resource*> AccountMap::things(const std::vector<std::string>& types,
                                                     std::string_view account) const {
  std::vector<const iam::Resource*> found;
  for (const std::string& type : types) {
    const auto of_type = by_type_.find(type);
    if (of_type == by_type_.end()) {
      continue;
    }
    std::ranges::copy_if(of_type->second, std::back_inserter(found),
                         [&](const iam::Resource* thing) {
                           return thing->account.empty() || thing->account == account;
                         });
  }
  return found;
}

bool AccountMap::has_things(const std::vector<std::string>& types, std::string_view account) const {
  return std::ranges::any_of(types, [&](const std::string& type) {
    const auto of_type = by_type_.find(type);
    return of_type != by_type_.end() &&
           std::ranges::any_of(of_type->second, [&](const iam::Resource* thing) {
             return thing->account.empty() || thing->account == account;
           });
  });
}

const std::vector<const iam::Resource*>& AccountMap::carriers(Id role) const {
  return carriers_[origin(role)];
}

const iam::Resource* AccountMap::thing(std::string_view arn) const {
  const auto found = by_thing_arn_.find(arn);
  return found == by_thing_arn_.end() ? nullptr : found->second;
}

}  // namespace muster::escalation
