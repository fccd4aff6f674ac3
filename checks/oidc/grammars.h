// The two token grammars behind `shapes_of`; audiences and the scope's rule about whole subjects
// are added there.
#pragma once

#include <string>
#include <vector>

#include "checks/oidc/shapes.h"

namespace muster::oidc {

/// Which claims a GitHub subject is made of.
struct SubjectTemplate {
  std::vector<std::string> claim_keys;
  /// The subject goes on behind it with text that nobody knows.
  bool open = false;
  /// Also for the repositories that the intent declares; else for all others only.
  bool for_declared = true;
};

/// Every identity of the scope under every template.
[[nodiscard]] std::vector<Shape> github_shapes(const ShapeInput& input,
                                               const std::vector<SubjectTemplate>& templates,
                                               Demands& demands);

/// Every subject template of the issuer's data, or an unknown subject when there is none.
[[nodiscard]] std::vector<Shape> templated_shapes(const ShapeInput& input, Demands& demands);

}  // namespace muster::oidc
