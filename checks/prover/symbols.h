// Written values as symbols: wildcards, fields of ARNs, policy variables.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/policy/model.h"
#include "checks/prover/atom.h"

namespace muster::prover {

/// An entry of `Action`: lower case, no variables.
[[nodiscard]] const Glob* action_glob(const policy::Text& text, Atoms& atoms);

/// An entry of `Resource` in the reading of the atoms (docs/policy-semantics.md).
[[nodiscard]] const Glob* resource_glob(std::string_view text, policy::Version version,
                                        Atoms& atoms);

/// A value of a String or Arn operator; null when it matches nothing (a short ARN pattern).
[[nodiscard]] const Glob* value_glob(policy::OperatorKind op, std::string_view text,
                                     policy::Version version, Atoms& atoms);

/// A stretch of written text: plain characters and wildcards, or one `${…}`.
struct Piece {
  /// What stands between the braces of a `${…}`.
  std::string_view text;
  bool placeholder = false;
  /// `${*}`, `${?}`, `${$}`.
  bool escape = false;

  [[nodiscard]] bool is_variable() const { return placeholder && !escape; }
};

/// Under `2008-10-17` everything is one plain piece.
[[nodiscard]] std::vector<Piece> pieces(std::string_view text, policy::Version version);

/// What stands between the braces of a variable.
struct Variable {
  /// Lower case.
  std::string key;
  std::optional<std::string> fallback;
};

[[nodiscard]] Variable read_variable(std::string_view inner);

}  // namespace muster::prover
