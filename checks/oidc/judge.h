// Reads the goal of a question off atom values, and concrete tokens into atom values.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "checks/oidc/question.h"

namespace muster::oidc {

using Context = std::map<std::string, std::string>;

/// One way the keys outside the token can stand.
struct Surroundings {
  /// Key (lower case) to value; absent keys are not listed.
  Context context;
  /// (atom, value) for the atoms on these keys.
  std::vector<std::pair<std::size_t, AtomValue>> atoms;
};

/// A world with one word per variable: a part of a token.
struct TokenPart {
  const World* world = nullptr;
  Assignment words;
};

class Judge {
 public:
  explicit Judge(const Question& question);

  [[nodiscard]] const Watch& watch() const { return watch_; }

  /// All atoms, absent.
  [[nodiscard]] std::vector<AtomValue> blank() const;

  /// Every way the keys outside the token can stand, as far as it makes a difference. Nothing when
  /// there are too many.
  [[nodiscard]] std::optional<std::vector<Surroundings>> surroundings() const;

  /// Whether the goal can hold: the demands of `shape`, none of the excepted sets, and the verdicts
  /// under some surroundings
  /// (`Refused`: under all). `values` is scratch for the atoms of the surroundings.
  [[nodiscard]] Truth goal(const Shape& shape, std::vector<AtomValue>& values,
                           std::span<const Surroundings> surroundings) const;

  /// Atom values of a concrete token.
  [[nodiscard]] std::vector<AtomValue> values_of(std::span<const TokenPart> token) const;

 private:
  [[nodiscard]] Truth verdict(std::span<const AtomValue> values) const;

  const Question& question_;
  Watch watch_;
  std::size_t other_atoms_ = 0;
};

}  // namespace muster::oidc
