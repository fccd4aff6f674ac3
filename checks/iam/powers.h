// What a role may do, decided by all its policies together: every answer is a request that the
// evaluator allows, or the prover's word that there is none.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checks/core/proof.h"
#include "checks/iam/own_keys.h"
#include "checks/iam/pipeline.h"
#include "checks/policy/evaluate.h"
#include "checks/policy/stack.h"
#include "checks/prover/prover.h"

namespace muster::iam {

/// The requests that a question is about.
struct Reach {
  /// `iam:PassRole`
  std::string action;
  /// An ARN, or a pattern of some. `*`: the resource of actions that take none.
  std::string resource;
  /// What the request's context is held to; other keys are free.
  std::vector<policy::Condition> context;
};

/// What may be spent on all questions about one role: most of a second. Roles of ordinary accounts
/// need less than a tenth of it; policies that are made to be hard, such as a hundred Deny
/// statements whose conditions hang together, end here.
inline constexpr prover::Budget kBudgetOfRole{.all_steps = 100'000'000};

/// The powers of one role. Not for use by several threads at a time.
class Powers {
 public:
  /// The role outlives this object.
  explicit Powers(const PipelineRole& role, const prover::Budget& budget = kBudgetOfRole);

  /// Whether the role may make one of these requests: `yes` with the request as witness. Boundary
  /// and service control policies count as far as they are known; a policy of its own whose text is
  /// not known counts as empty. `through`: only by this Allow statement of the role
  /// (all its Deny statements count); null = by any.
  [[nodiscard]] Proof can(const Reach& reach, const policy::Statement* through = nullptr);

  /// Such a request itself; nothing when there is none, or when that is not decided.
  [[nodiscard]] std::optional<policy::Request> find(const Reach& reach);

  /// Whether the role may now make every request of its own that the policy allows; with the reason
  /// when that is not decided.
  [[nodiscard]] prover::Answer can_all_of(policy::Policy everything);

  /// The same as `can` for one request, by the evaluator alone.
  [[nodiscard]] bool allows(const policy::Request& request) const;

  /// The first Allow statement that lets the request through, or null.
  [[nodiscard]] const policy::Statement* statement_for(const policy::Request& request) const;

  /// Whether anything but Allow statements can matter: Deny statements, a boundary, the
  /// organisation.
  [[nodiscard]] bool is_cut() const { return has_deny_ || is_limited_; }

 private:
  /// The policies of the role, or one Allow statement of them with all Deny statements, within what
  /// limits the role.
  struct View {
    policy::Stack stack;
    std::optional<std::size_t> compiled;
  };

  /// An answer of `can` with its request.
  struct Found {
    std::optional<policy::Request> request;
    /// Empty when it is decided.
    std::string doubt;
  };

  [[nodiscard]] bool is_allowed(const View& view, policy::Request request) const;
  Found search(const Reach& reach, const policy::Statement* through);
  View& view(const policy::Statement* through);
  std::size_t compile(View& view);
  /// The stack, for requests that the role can send.
  [[nodiscard]] policy::Stack as_sent(policy::Stack stack, Moment moment) const;

  const Role& role_;
  prover::Budget budget_;
  policy::Stack limits_;
  bool is_limited_ = false;
  OwnKeys keys_;
  /// As whom it sends requests: a session.
  std::string caller_;
  bool has_deny_ = false;
  std::map<const policy::Statement*, View> views_;
  std::unique_ptr<prover::Prover> prover_;
};

/// A policy with one Allow statement.
[[nodiscard]] policy::Policy allowing(std::vector<std::string> actions, std::string resource,
                                      std::vector<policy::Condition> conditions);

}  // namespace muster::iam
