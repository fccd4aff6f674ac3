// The condition keys of a request that a principal of the account sends: which values are known,
// which it may choose, and which no fact tells.
// Source: IAM User Guide, "AWS global condition context keys".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/escalation/power.h"

namespace muster::escalation {

/// The values that one key may have; nothing = the key is absent.
struct KeyChoices {
  enum class Kind { Known, Chosen, Open };

  std::string key;
  Kind kind = Kind::Chosen;
  /// One for a known key; else absent first, then the values that the policies look for, then
  /// another one.
  std::vector<std::optional<policy::ContextValue>> values;
};

using Statements = std::vector<const policy::Statement*>;

/// The statements of all layers; they live as long as the stack.
[[nodiscard]] Statements statements_of(const policy::Stack& stack);

/// Whether the statement could speak about this resource, conditions and variables aside.
[[nodiscard]] bool may_concern(const policy::Statement& statement, const std::string& resource);

/// The keys (lower case) that conditions and variables of the statements look at.
[[nodiscard]] std::set<std::string> mentioned_keys(const Statements& statements);

/// The clauses on a key.
[[nodiscard]] std::vector<const policy::Condition*> clauses_on(const Statements& statements,
                                                               const std::string& key);

/// `wanted`: the clauses on this key.
[[nodiscard]] KeyChoices choices_of(const std::string& key,
                                    const std::vector<const policy::Condition*>& wanted,
                                    const Ask& question, std::string_view resource, TimePoint now);

/// What is known of a caller whose own policies the facts do not hold.
struct OutsiderKeys {
  /// Keys (lower case) with their value; nothing = absent.
  std::map<std::string, std::optional<std::string>> known;
  /// A service, which calls for resources of somebody.
  bool is_service = false;
  /// It comes with the token of an identity provider.
  bool is_federated = false;
};

[[nodiscard]] KeyChoices choices_of_outsider(const std::string& key,
                                             const std::vector<const policy::Condition*>& wanted,
                                             const OutsiderKeys& keys, TimePoint now);

/// The text with the variables filled in that follow from the principal; others stay.
[[nodiscard]] std::string resolved(std::string_view text, policy::Version version,
                                   const iam::Principal& principal);

/// Whether principals with the same policies may have different values of the key.
[[nodiscard]] bool is_personal_key(std::string_view key);

}  // namespace muster::escalation
