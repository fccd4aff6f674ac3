// Claims as texts of variables.
#include "checks/oidc/world.h"

#include <algorithm>

namespace muster::oidc {

const ClaimText* World::find(std::string_view claim) const {
  const auto it = std::find_if(claims.begin(), claims.end(),
                               [&](const ClaimText& text) { return text.claim == claim; });
  return it == claims.end() ? nullptr : &*it;
}

Word as_written(const Piece& piece, Char c) {
  return piece.colon_encoded && c == U':' ? Word(U"%3A") : Word(1, c);
}

Word text_of(const ClaimText& claim, const Assignment& words) {
  Word out;
  for (const Piece& piece : claim.pieces) {
    if (!piece.variable) {
      out += piece.text;
      continue;
    }
    for (const Char c : words[*piece.variable]) {
      out += as_written(piece, c);
    }
  }
  return out;
}

}  // namespace muster::oidc
