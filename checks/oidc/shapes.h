// The grammar of tokens: which shapes the tokens of a scope can have, given what is known. A shape
// is one subject template in one context for one kind of owner and repository.
#pragma once

#include <string>
#include <vector>

#include "checks/oidc/admitted.h"
#include "checks/oidc/demands.h"
#include "checks/oidc/literals.h"
#include "checks/oidc/world.h"

namespace muster::oidc {

/// Claims whose values do not depend on the rest of the token: one of several worlds holds.
using Choice = std::vector<World>;

struct Shape {
  /// The subject and every claim that shares a variable with it.
  World main;
  std::vector<Choice> choices;
  std::vector<Term> demands;
};

/// What shapes are made from.
struct ShapeInput {
  const Issuer& issuer;
  const Universe& universe;
  const Literals& literals;
  const Scope& scope;
};

/// In order of preference for witnesses. Adds its demands to `demands`.
[[nodiscard]] std::vector<Shape> shapes_of(const ShapeInput& input, Demands& demands);

/// Shapes under one custom template. `open`: the subject goes on behind it with text nobody knows
/// (a bound for every longer template).
[[nodiscard]] std::vector<Shape> shapes_of_template(const ShapeInput& input,
                                                    const std::vector<std::string>& claim_keys,
                                                    bool open, Demands& demands);

}  // namespace muster::oidc
