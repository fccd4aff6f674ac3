// GitHub's expression language over sets of values: what an expression can become when some names
// are known and others are not. A comparison with something unknown is true or false, so `x && 'a'
// || 'b'` is `a` or `b` whatever `x` is. Source: GitHub Docs, "Evaluate expressions in workflows
// and actions".
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster::workflow {

/// One value. `Untyped` is a scalar whose type decides at run time (`true` may be text or a
/// boolean).
struct Value {
  enum class Type { Null, Bool, Number, Text, Untyped };

  Type type = Type::Null;
  /// As text: empty for null, `true`, `1.5`.
  std::string text;
  /// True for `github.ref` and `github.ref_name` while only a prefix of them is known: the text
  /// then ends with `kRest` and stands for every text that it is not compared with.
  bool is_ref = false;

  friend auto operator<=>(const Value&, const Value&) = default;
};

/// Ends a text of which only the beginning is known. No control character stands in a ref.
constexpr char kRest = '\x01';

/// The number that a text is in a comparison of mixed types: blanks trimmed, empty = 0, `0x1F`,
/// `0o17`, `1e3`; nothing for "not a number".
[[nodiscard]] std::optional<double> to_number(std::string_view text);

/// A scalar from a file: text when it can be nothing else.
[[nodiscard]] Value scalar(std::string_view text);

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

/// A question about a ref of which only a prefix is known.
struct RefTest {
  enum class Kind {
    /// Compared with a text: answered "no", since the open ref stands for all others.
    Equal,
    /// `startsWith` with a text: the same.
    Prefix,
    /// Anything else: answered "yes or no".
    Other,
  };

  Kind kind = Kind::Other;
  /// The value as it stood there: `refs/heads/\x01`, or `\x01` for `github.ref_name`.
  std::string ref;
  std::string text;
};

/// Meaning of names, written with dots: `github.ref`, `vars.ROLE` (`vars['ROLE']` too). Letters
/// keep their case.
using Lookup = std::function<ValueSet(std::string_view name)>;

/// Evaluates what stands between `${{` and `}}`. What cannot be parsed, and functions whose result
/// needs the run (`hashFiles`, `fromJSON`), are unknown. `tests` receives the questions about open
/// refs; without it each of them is answered "yes or no".
[[nodiscard]] ValueSet evaluate(std::string_view expression, const Lookup& lookup,
                                std::vector<RefTest>* tests = nullptr);

}  // namespace muster::workflow
