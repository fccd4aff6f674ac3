// What a question demands of a token beside the policy's verdict, in the same terms: patterns over
// claims.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "checks/oidc/clauses.h"

namespace muster::oidc {

class Demands {
 public:
  /// Atoms are numbered from `first_atom` on.
  explicit Demands(std::size_t first_atom) : first_atom_(first_atom) {}

  /// "The claim matches one of the patterns" as a term; an absent claim does not.
  [[nodiscard]] Term matches(const std::string& claim, const std::vector<Pattern>& patterns);
  [[nodiscard]] Term one_of(const std::string& claim, const std::vector<std::string>& texts);
  [[nodiscard]] Term like_one_of(const std::string& claim, const std::vector<std::string>& globs);
  /// Its negation; true for an absent claim.
  [[nodiscard]] static Term not_(Term term);

  /// Call once, when all terms are made.
  void seal();

  [[nodiscard]] const std::vector<std::unique_ptr<Track>>& tracks() const { return tracks_; }

  /// Parallel to the atoms: each has its own track.
  [[nodiscard]] const std::vector<PatternMask>& masks() const { return masks_; }

 private:
  std::size_t first_atom_;
  std::vector<std::unique_ptr<Track>> tracks_;
  std::vector<std::vector<std::size_t>> patterns_;
  std::vector<PatternMask> masks_;
};

}  // namespace muster::oidc
