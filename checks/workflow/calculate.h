// Expressions over values that are all known, exactly as GitHub evaluates them: coercion, objects,
// filters, functions. What is known in part only is evaluate.h.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checks/text/tree.h"
#include "checks/workflow/grammar.h"

namespace muster::workflow {

/// A value. Arrays and objects are equal only to themselves, so they are known by where they stand
/// in their pool.
struct Datum {
  enum class Kind { Null, Bool, Number, String, Array, Object };

  Kind kind = Kind::Null;
  bool boolean = false;
  double number = 0;
  std::string text;
  /// Index into the pool, for arrays and objects.
  std::size_t collection = 0;
  /// What `.*` gives: a property of it is that of each of its objects.
  bool filtered = false;
};

/// Items of an array, or members of an object in order; names compare without case.
struct Collection {
  std::vector<std::string> names;
  std::vector<Datum> items;

  void add(std::string name, Datum item) {
    names.push_back(std::move(name));
    items.push_back(std::move(item));
  }
};

class DataPool {
 public:
  /// The value of a JSON or YAML node.
  [[nodiscard]] Datum read(const text::Node& node);
  [[nodiscard]] Datum array(std::vector<Datum> items, bool filtered = false);
  [[nodiscard]] Datum object(Collection members);

  [[nodiscard]] const Collection& of(const Datum& datum) const { return all_[datum.collection]; }

 private:
  std::deque<Collection> all_;
};

/// How the steps or jobs before ended: what status functions answer. Of several, the last one
/// counts. `Skipped`: one of them did not run, and none failed; only `always()` is true.
enum class RunStatus { Success, Skipped, Failure, Cancelled };

/// Evaluates a parsed expression. `contexts` is an object. Errors: `Invalid` for what fails at run
/// time: text that is no JSON, a bad format, a condition of `case` that is no boolean.
[[nodiscard]] Result<Datum> calculate(const ParsedExpression& expression, const Datum& contexts,
                                      RunStatus status, DataPool& pool);

[[nodiscard]] Datum string_datum(std::string_view text);
[[nodiscard]] bool is_truthy(const Datum& datum);
/// As it stands in a text: `true`, `1.5`, empty for null, `Array`, `Object`.
[[nodiscard]] std::string shown(const Datum& datum);
/// What `toJSON` gives.
[[nodiscard]] std::string to_json_text(const Datum& datum, const DataPool& pool);

}  // namespace muster::workflow
