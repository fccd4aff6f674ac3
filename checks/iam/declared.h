// The roles whose owners declare what they are for, with all that is known of what they may do.
#pragma once

#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checks/capability/expand.h"
#include "checks/core/check.h"
#include "checks/iam/account.h"
#include "checks/iam/own_keys.h"
#include "checks/iam/pipeline.h"
#include "checks/prover/prover.h"

namespace muster::iam {

/// A role with `capabilities` or `allow` in muster.yaml.
struct DeclaredRole {
  /// Lives as long as the audit's input.
  const Role* role = nullptr;
  /// Its environment and who can assume it.
  PipelineRole pipeline;
  capability::Expansion expansion;
  /// What the account facts say limits the role. Identity policies without text count as empty.
  PrincipalLayers layers;
  /// Where its capabilities act unless they say otherwise; empty = not declared.
  std::string region;
  /// Why not all of its permission policies are known; empty = they are.
  std::string unknown;

  /// The worst class of its environments, for messages: `production`.
  [[nodiscard]] std::string environment_name(const Intent& intent) const;
};

class DeclaredRoles {
 public:
  [[nodiscard]] static DeclaredRoles build(const AuditInput& input);

  /// In the order of `Roles`.
  [[nodiscard]] const std::vector<DeclaredRole>& all() const { return roles_; }

 private:
  std::vector<DeclaredRole> roles_;
};

/// Questions about parts of one role's permission. Not for use by several threads at a time.
class DeclaredPower {
 public:
  /// The role outlives this object.
  explicit DeclaredPower(const DeclaredRole& declared);

  /// Whether what the role may do by one Allow statement alone lies within its declaration. All
  /// Deny statements count. `document`: number of the identity policy that holds the statement;
  /// the statement may be a part of the original one. `only`: of the requests that this policy
  /// allows; null = of all.
  [[nodiscard]] prover::Answer within_declared(std::size_t document, policy::Statement statement,
                                               const policy::Policy* only = nullptr);

  /// Whether the request goes beyond the declaration if some statement of the role allows it:
  /// nothing that limits the role refuses it, and nothing declared allows it. False also when that
  /// is not known.
  [[nodiscard]] bool is_beyond(const policy::Request& request);

  /// Whether the role may do all that the statement allows.
  [[nodiscard]] prover::Answer gives(const policy::Statement& statement);

  /// The same if every condition of its policies is as they want it: conditions of Allow statements
  /// are left out, and Deny statements that have some.
  [[nodiscard]] prover::Answer covers(const policy::Statement& statement);

  /// Whether the role may make any request at all that the statement allows.
  [[nodiscard]] prover::Answer meets(const policy::Statement& statement);

 private:
  /// What of a policy counts; nothing: the policy as it is.
  using Change = std::optional<policy::Policy> (*)(const policy::Policy& policy);

  std::size_t add_single(const policy::Statement& statement);
  /// The role's own policies, made when they are first asked for.
  std::size_t actual();
  std::size_t relaxed();
  /// The boundary and the SCPs as they are, compiled once.
  const prover::Layered& limits();
  std::vector<prover::PolicyId> keep_all(const std::vector<SharedPolicy>& policies, Change change);
  /// The requests that the role can send; absent when no policy looks at what tells them apart.
  std::optional<std::vector<prover::PolicyId>> own_requests(Moment moment);
  /// The policy as it is, compiled once. It lives as long as the role.
  prover::PolicyId keep_whole(const policy::Policy& policy);
  /// The role's limits around these identity policies, for requests that it can send.
  prover::Layered layered(std::vector<prover::PolicyId> identity, Change change);

  const DeclaredRole& declared_;
  /// What the prover keeps must not move.
  std::list<policy::Policy> texts_;
  prover::Prover prover_;
  OwnKeys keys_;
  std::map<const policy::Policy*, prover::PolicyId> whole_;
  std::size_t allowed_ = 0;
  std::optional<std::size_t> relaxed_;
  std::optional<std::size_t> actual_;
  /// With the Deny statements of the identity policies as its identity layer.
  std::optional<prover::Layered> limits_;
  /// All that the limits and the Deny statements leave.
  std::optional<std::size_t> most_;
};

}  // namespace muster::iam
