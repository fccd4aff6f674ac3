// Values of GitHub's expression language, and sets of them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster::workflow {

/// One value. `Untyped` is a scalar whose type decides at run time (`true` may be text or a
/// boolean).
struct Value {
  enum class Type { Null, Bool, Number, Text, List, Untyped };

  Type type = Type::Null;
  /// As text: empty for null, `true`, `1.5`; a list as the JSON it came from.
  std::string text;
  /// True for `github.ref` and `github.ref_name` while only a prefix of them is known: the text
  /// then ends with `kRest` and stands for every text that it is not compared with.
  bool is_ref = false;

  friend auto operator<=>(const Value&, const Value&) = default;
};

/// Ends a text of which only the beginning is known. No control character stands in a ref.
constexpr char kRest = '\x01';

/// Begins the name of a stranger and of his fork: neither is any name that a file could hold.
constexpr char kStranger = '\x03';

/// The number that a text is in a comparison of mixed types: blanks trimmed, empty = 0, `0x1F`,
/// `0o17`, `1e3`; nothing for "not a number".
[[nodiscard]] std::optional<double> to_number(std::string_view text);

/// A scalar from a file: text when it can be nothing else.
[[nodiscard]] Value scalar(std::string_view text);

/// What `fromJSON` makes of a text: a scalar or a list of scalars; nothing for any other document.
[[nodiscard]] std::optional<Value> from_json(std::string_view text);

/// The elements of a list.
[[nodiscard]] std::vector<Value> elements_of(const Value& list);

/// The values that an expression can take.
struct ValueSet {
  /// Sorted, unique. Incomplete when `known` is false.
  std::vector<Value> values;
  bool known = true;
  /// What is not known, for people: `vars.ROLE`. Empty when `known`.
  std::string missing;

  [[nodiscard]] bool may_be_true() const;
  [[nodiscard]] bool may_be_false() const;
};

[[nodiscard]] ValueSet unknown_value(std::string_view what);
void add_values(ValueSet& to, const ValueSet& from);

/// Whether the value counts as true in a condition; nothing when its type decides.
[[nodiscard]] std::optional<bool> is_true(const Value& value);

/// The value as a number in a comparison of mixed types; nothing for "not a number".
[[nodiscard]] std::optional<double> number_of(const Value& value);

}  // namespace muster::workflow
