// Questions about all requests at once: is everything that these policies allow also allowed by
// those? Exact within its budget; "not included" always comes with a request that the evaluator
// confirms. How it decides, and what it takes for granted: docs/policy-semantics.md.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checks/policy/evaluate.h"

namespace muster::prover {

/// Limits in steps of the search, never in time: the answer does not depend on the machine.
struct Budget {
  /// Ways to fall outside of all covering statements, for one statement.
  std::size_t cover_nodes = 50'000;
  /// States of glob automata, for one question.
  std::size_t glob_states = 200'000;
  /// Sets of concrete values that are tried for the policy variables.
  std::size_t valuations = 8;
};

enum class Verdict { No, Undecided, Yes };

/// An answer with its evidence.
struct Answer {
  Verdict verdict = Verdict::Undecided;
  /// The request that proves the answer (a `No` of `within`, a `Yes` of `overlap`); with
  /// `Undecided`, the candidate that could not be confirmed, if there was one.
  std::optional<policy::Request> witness;
  /// Why it is undecided.
  std::string reason;
};

/// Several questions about the same policies: each set of policies is compiled once. Not for use by
/// several threads at a time.
class Prover {
 public:
  explicit Prover(Budget budget = {});
  Prover(const Prover&) = delete;
  Prover& operator=(const Prover&) = delete;
  ~Prover();

  /// Adds the policies of one layer, united; returns their number for the questions.
  std::size_t add(std::vector<policy::Policy> policies);

  /// Whether every request that `a` allows is allowed by `b`. `No`: the witness is allowed by `a`,
  /// and not by `b`.
  [[nodiscard]] Answer within(std::size_t a, std::size_t b);
  /// Whether some request is allowed by both. `Yes`: the witness is.
  [[nodiscard]] Answer overlap(std::size_t a, std::size_t b);

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

[[nodiscard]] Comparison compare(const Policies& a, const Policies& b, const Budget& budget = {});

}  // namespace muster::prover
