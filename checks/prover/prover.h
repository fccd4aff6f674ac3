// Questions about all requests at once: is everything that these policies allow also allowed by
// those? Exact within its budget; "not included" always comes with a request that the evaluator
// confirms. How it decides, and what it takes for granted: docs/policy-semantics.md.
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "checks/policy/stack.h"

namespace muster::policy {
class Catalogue;
}  // namespace muster::policy

namespace muster::prover {

/// Limits in steps of the search, never in time: the answer does not depend on the machine.
struct Budget {
  /// Ways to fall outside of all covering statements, for one statement.
  std::size_t cover_nodes = 50'000;
  /// States of glob automata, for one question.
  std::size_t glob_states = 200'000;
  /// Sets of concrete values that are tried for the policy variables.
  std::size_t valuations = 8;
  /// Allow statements that the layers of one principal may have together.
  std::size_t product = 20'000;
  /// Steps of all questions to one prover together: when so many were taken, every further question
  /// is undecided.
  std::size_t all_steps = std::numeric_limits<std::size_t>::max();
};

enum class Verdict { No, Undecided, Yes };

/// An answer with its evidence.
struct Answer {
  Verdict verdict = Verdict::Undecided;
  /// The request that proves the answer (a `No` of `within`, a `Yes` of `overlap`); with
  /// `Undecided`, the candidate that could not be confirmed, if there was one.
  std::optional<policy::Request> witness;
  /// Why it is undecided.
  std::string reason{};
  /// The witness names an action that no catalogue has, and no action that exists would do. Set
  /// only by provers with a catalogue.
  bool only_new_actions = false;
  /// No request is known whose action exists and has such a resource: the policies differ in what
  /// they say, which counts for the verdict, and not in what AWS is known to ask them. Set only by
  /// provers with a catalogue.
  bool no_real_request = false;
};

/// Number of a policy that a prover keeps.
using PolicyId = std::size_t;

/// What one principal may do by its own side: its identity policies within everything that limits
/// them. The documents of one layer, and of one SCP level, are united; a layer that is absent
/// limits nothing, one without documents allows nothing. Policies of resources and RCPs take no
/// part: they belong to the resource. Leave `scp` out for service-linked roles and the management
/// account, which SCPs do not reach.
struct Layered {
  std::vector<PolicyId> identity{};
  std::optional<std::vector<PolicyId>> boundary{};
  std::optional<std::vector<PolicyId>> session{};
  /// Levels, from the root down to the account.
  std::vector<std::vector<PolicyId>> scp{};
  /// Layers of which some document, or whether there is one at all, is not known: what depends on
  /// that is undecided.
  std::set<policy::Layer> open{};
};

/// Several questions about the same policies: each is compiled once. An entry is one side of a
/// question. Not for use by several threads at a time.
class Prover {
 public:
  /// `catalogue`: witnesses name actions that exist and resources as they have them, where such a
  /// request proves the same. It costs a second search for each witness, and never changes a
  /// verdict. Null: the shortest request. The catalogue outlives the prover.
  /// `mode`: how ARN patterns of resources are read; witnesses say it too.
  explicit Prover(Budget budget = {}, const policy::Catalogue* catalogue = nullptr,
                  policy::ArnMode mode = policy::ArnMode::Segment);
  Prover(const Prover&) = delete;
  Prover& operator=(const Prover&) = delete;
  ~Prover();

  /// Keeps a policy for `add`, compiled once however many principals have it. The policy outlives
  /// the prover.
  PolicyId keep(const policy::Policy& policy);
  /// Adds a principal's effective permission; returns the number of the entry for the questions.
  std::size_t add(const Layered& layered);
  /// The same of a whole stack, which is copied; its `resource` and `rcp` take no part.
  std::size_t add(const policy::Stack& stack);
  /// Adds the policies of one layer, united.
  std::size_t add(std::vector<policy::Policy> policies);

  /// Whether every request that `a` allows is allowed by `b`. `No`: the witness is allowed by `a`,
  /// and not by `b`.
  [[nodiscard]] Answer within(std::size_t a, std::size_t b);
  /// The verdict of `within` alone: no likely witness is searched.
  [[nodiscard]] Verdict judge_within(std::size_t a, std::size_t b);
  /// Whether some request is allowed by both. `Yes`: the witness is.
  [[nodiscard]] Answer overlap(std::size_t a, std::size_t b);
  /// What the evaluator says about one request.
  [[nodiscard]] policy::Truth allows(std::size_t a, const policy::Request& request) const;
  /// Whether `a` allows nothing at all. `No`: the witness is allowed.
  [[nodiscard]] Answer allows_nothing(std::size_t a);
  /// What every further question is answered, once the budget for all of them is spent.
  [[nodiscard]] std::optional<Answer> spent() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

using Policies = std::vector<policy::Policy>;

/// One question; see `Prover`.
[[nodiscard]] Answer within(const Policies& a, const Policies& b, const Budget& budget = {});
[[nodiscard]] Answer overlap(const Policies& a, const Policies& b, const Budget& budget = {});
/// Whether the policies allow nothing at all. `No`: the witness is allowed.
[[nodiscard]] Answer allows_nothing(const Policies& a, const Budget& budget = {});

/// What changed in meaning from `a` to `b`.
enum class Relation { Equal, Widened, Narrowed, Incomparable, Undecided };

struct Comparison {
  Answer a_within_b;
  Answer b_within_a;

  /// `Undecided` when one of the two is.
  [[nodiscard]] Relation relation() const;
};

[[nodiscard]] Comparison compare(const Policies& a, const Policies& b, const Budget& budget = {},
                                 const policy::Catalogue* catalogue = nullptr);

}  // namespace muster::prover
