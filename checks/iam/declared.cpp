// Joins roles, account facts and declarations; cuts policies into the parts that are asked about.
#include "checks/iam/declared.h"

#include <algorithm>

#include "checks/core/model.h"
#include "checks/iam/powers.h"
#include "checks/text/ascii.h"

namespace muster::iam {
namespace {

using Cut = std::optional<policy::Policy>;

Cut as_is(const policy::Policy&) {
  return std::nullopt;
}

Cut denies_of(const policy::Policy& policy) {
  policy::Policy cut;
  cut.version = policy.version;
  std::ranges::copy_if(
      policy.statements, std::back_inserter(cut.statements),
      [](const policy::Statement& one) { return one.effect == policy::Effect::Deny; });
  return cut;
}

Cut without_conditions(const policy::Policy& policy) {
  const bool bare = std::ranges::all_of(
      policy.statements, [](const policy::Statement& one) { return one.conditions.empty(); });
  if (bare) {
    return as_is(policy);
  }
  policy::Policy relaxed = policy;
  std::erase_if(relaxed.statements, [](const policy::Statement& statement) {
    return statement.effect == policy::Effect::Deny && !statement.conditions.empty();
  });
  for (policy::Statement& statement : relaxed.statements) {
    statement.conditions.clear();
  }
  return relaxed;
}

std::string unknown_part(const Role& role) {
  if (role.identity.empty() && !role.deployed) {
    return "no permission policy of the role is known: name their files under `permissions`, or "
           "add the output of `aws iam get-account-authorization-details`";
  }
  for (const IdentityPolicy& policy : role.identity) {
    if (!policy.policy) {
      return "the text of policy `" + label(policy) + "` is not known: " + policy.missing;
    }
  }
  return {};
}

void look_at_all(const std::vector<SharedPolicy>& policies, OwnKeys& keys) {
  for (const SharedPolicy& policy : policies) {
    keys.look_at(*policy);
  }
}

PrincipalLayers layers_of_role(const Role& role, const AccountFacts& facts) {
  PrincipalLayers layers = layers_of(role_principal(role), facts);
  layers.open.erase(policy::Layer::Identity);
  return layers;
}

}  // namespace

std::string DeclaredRole::environment_name(const Intent& intent) const {
  for (const IntentEnvironment& environment : intent.environments) {
    const auto& names = role->intent->environments;
    if (environment.kind == pipeline.environment && text::one_of(environment.name, names)) {
      return environment.name;
    }
  }
  return {};
}

DeclaredRoles DeclaredRoles::build(const AuditInput& input) {
  DeclaredRoles result;
  const AccountFacts& facts = input.model<AccountFacts>();
  const std::vector<PipelineRole>& pipeline = input.model<PipelineRoles>().all();
  auto at = pipeline.begin();
  for (const Role& role : input.model<Roles>().all()) {
    if (role.intent == nullptr || (role.proposed && role.address.empty()) ||
        !capability::declares_capabilities(*role.intent)) {
      continue;
    }
    auto expansion = capability::expand(input.intent(), *role.intent);
    if (!expansion) {
      continue;
    }
    // Both are in the order of the roles.
    at = std::find_if(at, pipeline.end(),
                      [&](const PipelineRole& one) { return one.role >= &role; });
    const bool found = at != pipeline.end() && at->role == &role;
    result.roles_.push_back(
        {&role, found ? *at : PipelineRole{.role = &role, .now = input.now()},
         std::move(expansion).value(), layers_of_role(role, facts),
         role.intent->region.empty() ? input.intent().region : role.intent->region,
         unknown_part(role)});
  }
  return result;
}

DeclaredPower::DeclaredPower(const DeclaredRole& declared)
    : declared_(declared), prover_(kBudgetOfRole), keys_(*declared.role, declared.pipeline.now) {
  allowed_ = prover_.add(std::vector<policy::Policy>{declared.expansion.allowed});
  const PrincipalLayers& layers = declared.layers;
  keys_.look_at(declared.expansion.allowed);
  look_at_all(layers.identity, keys_);
  look_at_all(layers.boundary.value_or(std::vector<SharedPolicy>()), keys_);
  for (std::size_t level = 0; layers.scp && level < layers.scp->size(); ++level) {
    look_at_all((*layers.scp)[level], keys_);
  }
}

std::optional<std::vector<prover::PolicyId>> DeclaredPower::own_requests(Moment moment) {
  auto requests = keys_.requests(moment);
  if (!requests) {
    return std::nullopt;
  }
  return std::vector{prover_.keep(texts_.emplace_back(std::move(*requests)))};
}

std::vector<prover::PolicyId> DeclaredPower::keep_all(const std::vector<SharedPolicy>& policies,
                                                      Change change) {
  std::vector<prover::PolicyId> ids;
  for (const SharedPolicy& policy : policies) {
    Cut cut = change(*policy);
    if (!cut) {
      ids.push_back(keep_whole(*policy));
    } else if (!cut->statements.empty()) {
      ids.push_back(prover_.keep(texts_.emplace_back(std::move(*cut))));
    }
  }
  return ids;
}

prover::PolicyId DeclaredPower::keep_whole(const policy::Policy& policy) {
  const auto [known, fresh] = whole_.try_emplace(&policy);
  if (fresh) {
    known->second = prover_.keep(policy);
  }
  return known->second;
}

prover::Layered DeclaredPower::layered(std::vector<prover::PolicyId> identity, Change change) {
  const PrincipalLayers& layers = declared_.layers;
  prover::Layered layered;
  layered.identity = std::move(identity);
  if (layers.boundary) {
    layered.boundary = keep_all(*layers.boundary, change);
  }
  if (layers.scp) {
    for (const std::vector<SharedPolicy>& level : *layers.scp) {
      layered.scp.push_back(keep_all(level, change));
    }
  }
  layered.session = own_requests(Moment::FromNowOn);
  layered.open = layers.open;
  return layered;
}

std::size_t DeclaredPower::actual() {
  if (!actual_) {
    actual_ = prover_.add(layered(keep_all(declared_.layers.identity, as_is), as_is));
  }
  return *actual_;
}

std::size_t DeclaredPower::relaxed() {
  if (!relaxed_) {
    relaxed_ = prover_.add(
        layered(keep_all(declared_.layers.identity, without_conditions), without_conditions));
  }
  return *relaxed_;
}

const prover::Layered& DeclaredPower::limits() {
  if (!limits_) {
    limits_ = layered(keep_all(declared_.layers.identity, denies_of), as_is);
  }
  return *limits_;
}

std::size_t DeclaredPower::add_single(const policy::Statement& statement) {
  policy::Policy single;
  single.version = declared_.expansion.allowed.version;
  single.statements = {statement};
  return prover_.add(prover::Layered{.identity = {prover_.keep(texts_.emplace_back(single))},
                                     .session = own_requests(Moment::Now)});
}

prover::Answer DeclaredPower::within_declared(std::size_t document, policy::Statement statement,
                                              const policy::Policy* only) {
  policy::Policy& single = texts_.emplace_back();
  single.version = declared_.layers.identity[document]->version;
  single.statements.push_back(std::move(statement));
  prover::Layered part = limits();
  part.identity.push_back(prover_.keep(single));
  if (only != nullptr) {
    part.scp.push_back({prover_.keep(texts_.emplace_back(*only))});
  }
  prover::Answer answer = prover_.within(prover_.add(part), allowed_);
  if (answer.witness) {
    answer.witness->principal = declared_.role->arn;
  }
  return answer;
}

bool DeclaredPower::is_beyond(const policy::Request& request) {
  if (!most_) {
    policy::Statement all;
    all.effect = policy::Effect::Allow;
    all.actions = {policy::Text{"*", {}}};
    all.resources = {policy::Text{"*", {}}};
    policy::Policy& whole = texts_.emplace_back();
    whole.statements = {std::move(all)};
    prover::Layered most = limits();
    most.identity.push_back(prover_.keep(whole));
    most_ = prover_.add(most);
  }
  return prover_.allows(allowed_, request) == policy::Truth::No &&
         prover_.allows(*most_, request) == policy::Truth::Yes;
}

prover::Answer DeclaredPower::gives(const policy::Statement& statement) {
  return prover_.within(add_single(statement), actual());
}

prover::Answer DeclaredPower::covers(const policy::Statement& statement) {
  prover::Answer answer = prover_.within(add_single(statement), relaxed());
  if (answer.witness) {
    answer.witness->principal = declared_.role->arn;
  }
  return answer;
}

prover::Answer DeclaredPower::meets(const policy::Statement& statement) {
  return prover_.overlap(add_single(statement), actual());
}

}  // namespace muster::iam

template std::shared_ptr<const void> muster::built<muster::iam::DeclaredRoles>(const AuditInput&);
