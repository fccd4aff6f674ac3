// One role of the generated account: its trust, its policies, and its entry in muster.yaml.
#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <vector>

namespace muster::bench {

inline constexpr const char* kSampleAccount = "111122223333";

/// Random numbers that are the same on every machine.
class SampleDice {
 public:
  explicit SampleDice(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t end) { return random_() % end; }

  bool one_in(std::size_t count) { return below(count) == 0; }

 private:
  std::mt19937 random_;
};

struct SampleRole {
  std::string name;
  /// JSON.
  std::string trust;
  /// Documents as JSON.
  std::vector<std::string> inline_policies;
  /// Names of AWS managed policies.
  std::vector<std::string> aws_managed;
  bool bounded = false;
  std::string team;
  /// Type, ARN and field of the thing that runs as it (docs/account-facts.md); empty: none does.
  std::string carrier_type;
  std::string carrier_arn;
  std::string carrier_field;
  /// Its `capabilities` and `allow` in muster.yaml, as a flow mapping without braces.
  std::string declared;
};

/// A policy document with these statements.
[[nodiscard]] std::string sample_document(const std::vector<std::string>& statements);

/// A customer-managed policy that many roles share.
[[nodiscard]] std::string sample_shared_policy(std::size_t number, SampleDice& dice);

/// Role `number` of an application. In 20 roles: 9 run applications, 3 start their containers, 2
/// deploy them, 1 commands hosts, 1 applies infrastructure code, 1 is people's, 1 a vendor's, 2 are
/// assumed by other roles.
[[nodiscard]] SampleRole sample_role(std::size_t number, const std::string& app, SampleDice& dice);

}  // namespace muster::bench
