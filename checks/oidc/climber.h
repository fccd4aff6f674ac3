// Asks one trust the questions of the ladder, from the widest to the narrowest. See ladder.h for
// what is left out.
#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "checks/oidc/ladder.h"

namespace muster::oidc {

/// Whose contexts are asked about: one trusted repository, or whatever the policy admits when it
/// names none.
struct Population {
  Scope scope;
  std::string name;
  std::string anchor;
};

class Climber {
 public:
  Climber(const Trust& trust, const Intent& intent) : trust_(trust), intent_(intent) {}

  std::vector<Step> climb();

 private:
  void strangers();
  void owners();
  void owner(const std::string& name);
  void unnamed_owner();
  void forgers();
  void contexts(const Population& population);
  void branches(const Population& population);
  void tags(const Population& population);
  void environments(const Population& population);
  void environment(const Population& population, const std::string& name);
  void ids(const std::string& repository);

  void add(Rung rung, Proof answer, Exposure exposure, std::string anchor, std::string name) {
    steps_.push_back({rung, std::move(answer), std::move(anchor), std::move(name), exposure,
                      grade(exposure, trust_.role->privilege)});
  }

  [[nodiscard]] Exposure exposure_of(Rung rung, const Population& population,
                                     const Proof& answer) const;
  void add_context(Rung rung, const Population& population, const Scope& scope, Proof answer);
  [[nodiscard]] bool said_by_wider(const Scope& scope) const;
  [[nodiscard]] bool is_said_by_wider(const std::array<Scope, 4>& scopes) const;
  [[nodiscard]] Proof every_answer(const Scope& base) const;
  [[nodiscard]] std::vector<TokenSet> meant(ContextKind context, bool patterns) const;
  [[nodiscard]] std::vector<TokenSet> meant_or_protected() const;
  [[nodiscard]] std::vector<TokenSet> whole_repositories() const;
  [[nodiscard]] std::vector<std::string> declared_environments() const;
  [[nodiscard]] bool is_protected(const std::string& environment) const;

  [[nodiscard]] const TrustSearch& search() const { return trust_.search; }

  const Trust& trust_;
  const Intent& intent_;
  std::vector<Step> steps_;
  /// Who a wider rung let in beyond the trusted repositories: owner and repository rules only.
  std::vector<Scope> wider_;
  bool any_repository_ = false;
  /// Somebody outside the trusted owners is in with a default subject.
  bool outsiders_ = false;
};

}  // namespace muster::oidc
