// Random trust policies and a small universe of GitHub tokens to decide them by brute force.
// Written without the search's own code: it is the other side of the comparison.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "checks/oidc/token.h"
#include "checks/oidc/token_set.h"

namespace muster::oidc::testing {

inline constexpr const char* kHost = "token.actions.githubusercontent.com";
inline constexpr const char* kProvider =
    "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
inline constexpr const char* kUsualAudience = "sts.amazonaws.com";

/// One claim set, and what the test has to know about it.
struct Token {
  Claims claims;
  /// Of these claims through `kProvider`.
  policy::Request request;
  std::string repository;
  std::string owner_id;
  std::string repository_id;
  ContextKind context = ContextKind::Branch;
  bool immutable = false;
  /// Environment name, or the whole ref.
  std::string value;
  std::string audience;
};

/// Owners (trusted, look-alike, stranger) x repositories x contexts x refs x environments x ids x
/// audiences x both subject forms, and a few actors and workflow files.
[[nodiscard]] const std::vector<Token>& token_universe();

/// Same seed, same policies.
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  /// A trust policy as JSON text: one to three statements of every kind of clause.
  [[nodiscard]] std::string policy();

  [[nodiscard]] bool chance(unsigned percent) { return below(100) < percent; }

 private:
  [[nodiscard]] std::size_t below(std::size_t n) { return random_() % n; }

  template <class List>
  [[nodiscard]] const auto& pick(const List& list) {
    return list[below(std::size(list))];
  }

  [[nodiscard]] std::string statement(bool deny);
  [[nodiscard]] std::string condition(const Token& target, bool deny);
  [[nodiscard]] std::string key();
  [[nodiscard]] std::string op(const std::string& key, bool deny);
  [[nodiscard]] std::string values(const std::string& key, const Token& target);
  [[nodiscard]] std::string value(const std::string& key, const Token& target);
  [[nodiscard]] std::string loosened(std::string text);

  std::mt19937_64 random_;
};

}  // namespace muster::oidc::testing
