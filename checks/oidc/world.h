// A family of tokens of one shape: variables with their classes, and the claims as texts built from
// them. Claims share variables, so a walk over the variables moves every claim at once.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/oidc/alphabet.h"

namespace muster::oidc {

struct Variable {
  /// `owner`, `branch`: also picks the readable words of a witness.
  std::string name;
  CharClass kind = CharClass::Text;
  /// Only `kFreshChar`: a value that has nothing to do with the policy.
  bool fresh = false;
};

/// A constant text, or an occurrence of a variable.
struct Piece {
  std::optional<std::size_t> variable;
  Word text;
  /// `:` inside the variable becomes `%3A`, as in GitHub subjects.
  bool colon_encoded = false;
};

struct ClaimText {
  /// Lower case; `sub`, `repository`, … or a helper such as `owner`, `context`.
  std::string claim;
  std::vector<Piece> pieces;
};

struct World {
  std::vector<Variable> variables;
  std::vector<ClaimText> claims;

  [[nodiscard]] const ClaimText* find(std::string_view claim) const;
};

/// One word per variable of a world.
using Assignment = std::vector<Word>;

/// The text of a claim under an assignment.
[[nodiscard]] Word text_of(const ClaimText& claim, const Assignment& words);

/// What `c` becomes inside the piece.
[[nodiscard]] Word as_written(const Piece& piece, Char c);

}  // namespace muster::oidc
