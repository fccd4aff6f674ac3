// One value of a condition as a sequence of items that an automaton can run: literals, wildcards,
// and the places where a policy variable stands. Which of them a text has depends on the operator
// and on the policy's version.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/policy/model.h"
#include "checks/policy/symbols.h"

namespace muster::policy {

enum class ItemKind {
  Literal,
  /// `?`
  AnyOne,
  /// `*`
  AnyRun,
  /// `?` and `*` in one of the first five fields of an ARN: as above, but never a colon.
  FieldOne,
  FieldRun,
  /// A policy variable; treated as a run of any characters, which is wider than the truth.
  Variable,
};

struct Item {
  ItemKind kind = ItemKind::Literal;
  Char c = 0;
  /// Lower-case key of a variable; empty when it has a default text or is malformed.
  std::string variable;

  friend bool operator==(const Item&, const Item&) = default;
};

struct Pattern {
  std::vector<Item> items;
  bool fold_case = false;

  [[nodiscard]] bool has_variable() const;
  /// The text, when it is one: no wildcard, no variable.
  [[nodiscard]] bool is_literal() const;
  /// Text up to the first item that is no literal.
  [[nodiscard]] Word literal_prefix() const;
};

/// `wildcards`: `*` and `?` have their meaning (StringLike); otherwise they are text.
[[nodiscard]] Pattern parse_pattern(std::string_view value, Version version, bool wildcards,
                                    bool fold_case = false);
[[nodiscard]] Pattern literal_pattern(std::string_view text);
/// An IAM glob without variables.
[[nodiscard]] Pattern glob_pattern(std::string_view glob);

}  // namespace muster::policy
