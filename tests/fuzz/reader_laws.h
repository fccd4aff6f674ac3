// What must hold for every document that declares or describes roles: nothing is read without its
// text or a reason, and a role of which something is not known passes no rule about permissions.
#pragma once

#include <set>
#include <string>

#include "checks/iam/account.h"
#include "checks/iam/infrastructure.h"
#include "tests/fuzz/laws.h"

namespace muster::fuzz {

inline constexpr const char* kReaderPath = "x.json";

inline void require_told(const iam::IdentityPolicy& policy) {
  require((policy.policy != nullptr) != !policy.missing.empty());
}

inline void require_told(const iam::Infrastructure& read, const Lines& lines) {
  std::set<std::string> addresses;
  for (const iam::DeclaredHolder& holder : read.holders) {
    require(!holder.stand_in.empty() && !holder.key.empty());
    require(holder.kind != iam::HolderKind::Role || holder.trust.has_value());
    require(!holder.trust || holder.trust->ok() || !holder.trust->error().message.empty());
    lines.require_inside(holder.where.span);
    for (const iam::IdentityPolicy& policy : holder.identity) {
      require_told(policy);
    }
    if (holder.boundary) {
      require_told(*holder.boundary);
    }
  }
  for (const iam::DeclaredPolicy& policy : read.policies) {
    require_told(policy.policy);
    lines.require_inside(policy.where.span);
  }
  for (const NotCovered& gap : read.not_covered) {
    require(!gap.what.empty() && !gap.why.empty());
  }
}

/// The rules about roles; the others have nothing to say about such a document.
inline std::vector<Check> role_checks() {
  std::vector<Check> checks = registered_checks();
  std::erase_if(checks, [](const Check& check) { return !check.rule.starts_with("iam-"); });
  return checks;
}

inline bool is_about_permissions(std::string_view rule) {
  return !rule.starts_with("iam-trust-") && rule != "iam-static-user";
}

/// Audits the document alone.
inline void require_honest(DocumentKind kind, const std::string& bytes) {
  static const Intent kIntent;
  static const std::vector<Check> kChecks = role_checks();
  Facts facts;
  facts.documents.push_back({kind, SourceId(kReaderPath), bytes});
  const AuditInput input(facts, kIntent, TimePoint{});
  std::set<std::string> open;
  for (const iam::Role& role : input.model<iam::Roles>().all()) {
    for (const iam::IdentityPolicy& policy : role.identity) {
      require_told(policy);
      if (!policy.policy) {
        open.insert(role.asset().id);
      }
    }
  }
  for (const iam::Principal& principal : input.model<iam::Principals>().all()) {
    const iam::PrincipalLayers layers = iam::layers_of(principal, input.model<iam::AccountFacts>());
    require(layers.open.empty() == layers.missing.empty());
  }
  const AuditResult result = audit({facts, kIntent, TimePoint{}}, kChecks);
  require_complete(result);
  for (const Outcome& outcome : result.outcomes) {
    require(outcome.kind != OutcomeKind::Pass || !is_about_permissions(outcome.rule) ||
            !open.contains(outcome.asset.id));
  }
}

}  // namespace muster::fuzz
