// Only roles whose trust policy names somebody outside are put to the evaluator.
#include "checks/escalation/entrances.h"

#include <algorithm>
#include <map>

#include "checks/core/model.h"
#include "checks/core/run.h"
#include "checks/escalation/outsiders.h"
#include "checks/escalation/trusts.h"
#include "checks/iac/cloudformation.h"
#include "checks/iam/access_keys.h"

namespace muster::escalation {
namespace {

constexpr std::size_t kDate = 10;

bool names_outsiders(const Trusts& trusts, const std::string& account,
                     const iam::AccountFacts& facts) {
  const auto outside = [&](std::string_view other) { return !facts.lists(other); };
  return trusts.everyone || std::ranges::any_of(trusts.accounts, outside) ||
         std::ranges::any_of(trusts.arns, [&](const std::string& arn) {
           const std::string_view other = iam::arn_field(arn, iam::kAccountField);
           return other != account && outside(other);
         });
}

/// By ARN, or by name where it is not known whose they are.
using KeysByOwner = std::map<std::string, std::vector<Entrance>, std::less<>>;

/// The keys of a user; those of nobody knows which user of this name; for a user whose account is
/// not known, those of every user of this name.
std::vector<Entrance> keys_of(const iam::Principal& user, const KeysByOwner& keys) {
  std::vector<Entrance> found;
  const auto add = [&](const std::vector<Entrance>& own) {
    found.insert(found.end(), own.begin(), own.end());
  };
  if (user.account == iac::kSomeAccount) {
    for (const auto& [owner, own] : keys) {
      if (iam::last_part(owner) == user.name) {
        add(own);
      }
    }
    return found;
  }
  for (const std::string& owner : {user.arn, user.name}) {
    if (const auto own = keys.find(owner); own != keys.end()) {
      add(own->second);
    }
  }
  return found;
}

std::vector<Entrance> entrances_of_role(const AuditInput& input, const iam::Principal& principal) {
  std::vector<Entrance> found;
  const auto& facts = input.model<iam::AccountFacts>();
  const policy::Policy& trust = *principal.role->trust;
  const Trusts trusts = trusts_of(trust);
  if (names_outsiders(trusts, principal.account, facts)) {
    const ResourceSide side{&trust, false, principal.account, facts.rcp(principal.account)};
    for (const Outsider& one : outsiders(input, "sts:AssumeRole", {principal.arn}, side)) {
      // A principal that is gone, or an account that is not listed, is no outsider by itself.
      const bool other = one.name != principal.account &&
                         iam::arn_field(one.name, iam::kAccountField) != principal.account;
      if (one.kind == OutsiderKind::Everyone && one.reply.verdict == Verdict::Proven) {
        found.push_back({EntranceKind::Everyone, "*"});
      } else if (other &&
                 (one.kind == OutsiderKind::Account || one.kind == OutsiderKind::Principal)) {
        found.push_back({EntranceKind::OtherAccount, one.name});
      }
    }
  }
  for (const std::string& provider : trusts.providers) {
    if (provider.find(":oidc-provider/") != std::string::npos) {
      found.push_back({EntranceKind::Pipeline, provider});
    }
  }
  std::ranges::stable_sort(found, {}, &Entrance::kind);
  return found;
}

}  // namespace

const char* to_string(EntranceKind kind) {
  switch (kind) {
    case EntranceKind::Pipeline:
      return "pipeline";
    case EntranceKind::AccessKey:
      return "access-key";
    case EntranceKind::OtherAccount:
      return "other-account";
    case EntranceKind::Everyone:
      return "everyone";
  }
  return "pipeline";
}

Entrances Entrances::build(const AuditInput& input) {
  Entrances result;
  KeysByOwner keys;
  for (const iam::AccessKey& key : input.model<iam::AccessKeys>().all()) {
    if (key.active) {
      auto& own = keys[key.arn.empty() ? key.user : key.arn];
      own.push_back(
          {EntranceKind::AccessKey, key.created ? to_utc(*key.created).substr(0, kDate) : ""});
    }
  }
  for (const iam::Principal& principal : input.model<iam::Principals>().all()) {
    if (principal.role != nullptr && principal.role->trust) {
      if (auto found = entrances_of_role(input, principal); !found.empty()) {
        result.known_.emplace(&principal, std::move(found));
      }
    } else if (principal.kind == iam::PrincipalKind::User) {
      if (auto found = keys_of(principal, keys); !found.empty()) {
        result.known_.emplace(&principal, std::move(found));
      }
    }
  }
  return result;
}

const std::vector<Entrance>& Entrances::of(const iam::Principal& principal) const {
  static const std::vector<Entrance> kNone;
  const auto found = known_.find(&principal);
  return found == known_.end() ? kNone : found->second;
}

}  // namespace muster::escalation

template std::shared_ptr<const void> muster::built<muster::escalation::Entrances>(
    const AuditInput&);
