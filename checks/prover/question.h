// One question over two compiled documents, without regard to what policy variables stand for: the
// cover questions it falls into, and the request that a free point gives.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "checks/prover/meetings.h"
#include "checks/prover/prover.h"
#include "checks/prover/theory.h"

namespace muster::prover {

/// Whether the evaluator agrees that the request is a witness.
using Confirm = std::function<bool(const policy::Request&)>;

/// The reason of a candidate for which nothing better is known.
inline constexpr std::string_view kUnconfirmed = "the request found could not be confirmed";

/// The same of one whose keys cannot occur together.
inline constexpr std::string_view kUnfit =
    "only a request was found whose keys do not fit its caller, its resource or each other";

struct Searched {
  /// Confirmed.
  std::optional<policy::Request> witness;
  /// Found, but not confirmed.
  std::optional<policy::Request> candidate;
  /// Why nothing can be concluded without a witness; empty when every branch was closed.
  std::string open;
};

/// What all questions of one prover share. References: they outlive the questions.
struct Context {
  const Atoms& atoms;
  Meetings& meetings;
  const Budget& budget;
  /// Null: actions that do not exist count too.
  Reality* reality = nullptr;
  /// With a reality: only requests whose action has such a resource are witnesses.
  bool paired = false;
  /// Where the steps of the questions are counted; null: nowhere.
  std::size_t* steps = nullptr;
};

/// One of the two questions below.
using Search = Searched (*)(const Context&, const Document&, const Document&, const Confirm&);

/// A request that `a` allows and `b` does not.
[[nodiscard]] Searched search_outside(const Context& context, const Document& a, const Document& b,
                                      const Confirm& confirm);

/// A request that both allow.
[[nodiscard]] Searched search_common(const Context& context, const Document& a, const Document& b,
                                     const Confirm& confirm);

}  // namespace muster::prover
