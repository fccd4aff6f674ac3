// What a role may do, decided by all its policies together: every answer is a request that the
// evaluator allows, or the prover's word that there is none.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checks/core/proof.h"
#include "checks/iam/model.h"
#include "checks/policy/evaluate.h"
#include "checks/prover/prover.h"

namespace muster::iam {

/// The requests that a question is about.
struct Reach {
  /// `iam:PassRole`
  std::string action;
  /// An ARN, or a pattern of some.
  std::string resource;
  /// What the request's context is held to; other keys are free.
  std::vector<policy::Condition> context;
};

/// The powers of one role. Not for use by several threads at a time.
class Powers {
 public:
  /// The role outlives this object.
  explicit Powers(const Role& role);

  /// Whether the role may make one of these requests: `yes` with the request as witness. Policies
  /// whose text is not known count as empty. `through`: only by this Allow statement of the role
  /// (all its Deny statements count); null = by any.
  [[nodiscard]] Proof can(const Reach& reach, const policy::Statement* through = nullptr);

  /// Such a request itself; nothing when there is none, or when that is not decided.
  [[nodiscard]] std::optional<policy::Request> find(const Reach& reach);

  /// Whether the role may make every request that the policy allows.
  [[nodiscard]] bool can_all_of(policy::Policy everything);

  /// The same as `can` for one request, by the evaluator alone.
  [[nodiscard]] bool allows(const policy::Request& request) const;

  /// The first Allow statement that lets the request through, or null.
  [[nodiscard]] const policy::Statement* statement_for(const policy::Request& request) const;

  [[nodiscard]] bool has_deny() const { return has_deny_; }

  [[nodiscard]] const Role& role() const { return role_; }

 private:
  /// The policies of the role, or one Allow statement of them with all Deny statements.
  struct View {
    std::vector<policy::Policy> policies;
    std::optional<std::size_t> compiled;
  };

  /// An answer of `can` with its request.
  struct Found {
    std::optional<policy::Request> request;
    /// Empty when it is decided.
    std::string doubt;
  };

  Found search(const Reach& reach, const policy::Statement* through);
  View& view(const policy::Statement* through);
  std::size_t compile(View& view);

  const Role& role_;
  bool has_deny_ = false;
  std::map<const policy::Statement*, View> views_;
  std::unique_ptr<prover::Prover> prover_;
};

/// A policy with one Allow statement.
[[nodiscard]] policy::Policy allowing(std::vector<std::string> actions, std::string resource,
                                      std::vector<policy::Condition> conditions);

}  // namespace muster::iam
