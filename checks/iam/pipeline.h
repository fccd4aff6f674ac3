// The roles of a delivery pipeline: those whose permissions are judged, with what decides how much
// a permission weighs. Rules about permissions speak about these only; a host's or a person's role
// has other duties.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/core/check.h"
#include "checks/iam/account.h"
#include "checks/iam/model.h"

namespace muster::iam {

/// Who can assume the role beyond those who should, by the trust rules; later ones are worse.
enum class Reachable {
  /// Nobody, as far as the trust rules know.
  Meant,
  /// Any branch, any pull request, or every run of a trusted repository.
  AnyRef,
  /// Repositories that were not meant, or everybody.
  Outsiders,
};

/// A role that muster.yaml declares, or that trusts the OIDC provider of a CI service.
struct PipelineRole {
  /// Lives as long as the audit's input.
  const Role* role = nullptr;
  /// The class of its declared environments: production if one of them is; unknown when it has
  /// none.
  EnvironmentClass environment = EnvironmentClass::Unknown;
  Reachable reachable = Reachable::Meant;
  /// What limits it beside its own policies: permissions boundary and service control policies, as
  /// far as the account facts hold them. `identity` is empty.
  PrincipalLayers limits{};
  /// The time of the audit: what has expired by then gives no power.
  TimePoint now{};

  /// Whether its owners declare it an administrator: then its power is no surprise.
  [[nodiscard]] bool is_declared_admin() const;
  [[nodiscard]] bool is_declared_reader() const;

  [[nodiscard]] bool is_production() const { return environment == EnvironmentClass::Production; }

  /// Policies whose text is not known.
  [[nodiscard]] std::vector<const IdentityPolicy*> unknown_policies() const;
};

/// Any role as one of a pipeline is judged: with its environment and its limits. `role` and the
/// input outlive it.
[[nodiscard]] PipelineRole pipeline_role(const Role& role, Reachable reachable,
                                         const AuditInput& input);

class PipelineRoles {
 public:
  [[nodiscard]] static PipelineRoles build(const AuditInput& input);

  /// In the order of `Roles`; only roles with at least one policy, whether its text is known or
  /// not. A proposed trust policy says nothing about permissions and is left out; a role that a
  /// template or plan declares otherwise than it is deployed is judged beside that one.
  [[nodiscard]] const std::vector<PipelineRole>& all() const { return roles_; }

 private:
  std::vector<PipelineRole> roles_;
};

/// The severity of a permission that is worth `base` in good hands: one step up when any ref of a
/// trusted repository can assume the role, two when outsiders can. Notes stay notes.
[[nodiscard]] Severity raised(Severity base, Reachable reachable);

/// The sentence that explains a raised severity; empty for `Meant`.
[[nodiscard]] std::string_view reach_words(Reachable reachable);

/// Where a finding about a statement of the role is shown: the place in a document, or the role's
/// own where the policy stands in none (aws_policies.h).
[[nodiscard]] const SourceRef& place_of(const SourceRef& in_policy, const Role& role);

/// A policy for messages: its name, or the last part of its ARN.
[[nodiscard]] std::string label(const IdentityPolicy& policy);

}  // namespace muster::iam
