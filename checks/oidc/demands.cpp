// Demands of a question as atoms.
#include "checks/oidc/demands.h"

namespace muster::oidc {

Term Demands::matches(const std::string& claim, const std::vector<Pattern>& patterns) {
  auto track = std::make_unique<Track>();
  track->claim = claim;
  std::vector<std::size_t> numbers;
  for (const Pattern& pattern : patterns) {
    numbers.push_back(track->globs.add(pattern));
  }
  const std::size_t atom = first_atom_ + tracks_.size();
  tracks_.push_back(std::move(track));
  patterns_.push_back(std::move(numbers));
  return {atom, false, Truth::No, std::nullopt};
}

Term Demands::one_of(const std::string& claim, const std::vector<std::string>& texts) {
  std::vector<Pattern> patterns;
  for (const std::string& text : texts) {
    patterns.push_back(literal_pattern(text));
  }
  return matches(claim, patterns);
}

Term Demands::like_one_of(const std::string& claim, const std::vector<std::string>& globs) {
  std::vector<Pattern> patterns;
  for (const std::string& glob : globs) {
    patterns.push_back(glob_pattern(glob));
  }
  return matches(claim, patterns);
}

Term Demands::not_(Term term) {
  term.negated = !term.negated;
  term.when_absent = !term.when_absent;
  return term;
}

void Demands::seal() {
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    tracks_[i]->globs.seal();
    masks_.push_back(tracks_[i]->globs.mask(patterns_[i]));
  }
}

}  // namespace muster::oidc
