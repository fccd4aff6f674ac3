// The inside of syntax.h: the table, read once.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "checks/workflow/grammar.h"

namespace muster::workflow {

/// Contexts and functions that expressions may use, named in the table as `github` and
/// `hashFiles(1,255)`.
struct SyntaxContext {
  std::vector<std::string> names;

  /// Both together: what stands around a value holds inside it too.
  [[nodiscard]] SyntaxContext with(const SyntaxContext& more) const;
};

struct Shape;

struct ShapeKey {
  const Shape* value = nullptr;
  bool required = false;
};

/// One kind of mapping.
struct ShapeKeys {
  std::map<std::string, ShapeKey, std::less<>> keys;
  /// The value of any other key; null when there is none.
  const Shape* rest = nullptr;
};

/// What a value may be: several of these.
struct Shape {
  bool null = false;
  bool boolean = false;
  bool number = false;
  /// Any text, or any but the empty one.
  bool text = false;
  bool filled_text = false;
  std::vector<std::string> constants;
  const Shape* items = nullptr;
  std::vector<const ShapeKeys*> mappings;
  SyntaxContext context;
};

/// The shape of the whole file, and of any value.
struct SyntaxTable {
  std::deque<Shape> shapes;
  std::deque<ShapeKeys> mappings;
  const Shape* root = nullptr;
  const Shape* any = nullptr;
  SyntaxContext job_if;
  SyntaxContext step_if;
};

[[nodiscard]] const SyntaxTable& syntax_table();

/// The vocabulary of a context; keeps what it points to.
class OwnVocabulary {
 public:
  explicit OwnVocabulary(const SyntaxContext& context);

  [[nodiscard]] Vocabulary view() const { return {contexts_, functions_}; }

 private:
  std::vector<std::string> words_;
  std::vector<std::string_view> contexts_;
  std::vector<ExtraFunction> functions_;
};

}  // namespace muster::workflow
