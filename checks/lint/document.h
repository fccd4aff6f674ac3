// A policy document as the lint sees it: whatever could be read, however wrong the rest is. Not the
// typed model of checks/policy, which a document has only when it is right.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/lint/lint.h"
#include "checks/policy/model.h"
#include "checks/text/tree.h"

namespace muster::lint {

/// One value of a list, or the only value where a list could stand.
struct Entry {
  text::Node node;
  /// Position in the list; nothing for a value without a list.
  std::optional<std::size_t> index;

  [[nodiscard]] std::string_view text() const { return node.text(); }
};

/// `Action`, `NotResource` and so on, with the entries that are strings.
struct Element {
  text::Node key;
  text::Node value;
  std::vector<Entry> entries;

  [[nodiscard]] std::string_view name() const { return key.text(); }

  [[nodiscard]] bool negated() const { return name().starts_with("Not"); }
};

/// One kind of principal under `Principal` or `NotPrincipal`: `"AWS": [...]`.
struct PrincipalGroup {
  /// `Principal` or `NotPrincipal`.
  text::Node element;
  /// `AWS`, `Service`, …
  text::Node key;
  text::Node value;
  std::vector<Entry> entries;
};

/// One operator with one key.
struct Clause {
  policy::Operator op;
  text::Node op_key;
  text::Node key;
  /// The key in lower case.
  std::string name;
  text::Node value;
  /// Strings, numbers and booleans.
  std::vector<Entry> entries;
};

struct Statement {
  text::Node node;
  /// Nothing when `Statement` is one object.
  std::optional<std::size_t> index;
  std::optional<policy::Effect> effect;
  /// `Action` and `NotAction`; both only in a wrong document.
  std::vector<Element> actions;
  std::vector<Element> resources;
  /// `Principal` and `NotPrincipal`, whatever they hold.
  std::vector<Element> principals;
  std::vector<PrincipalGroup> principal_groups;
  std::vector<Clause> clauses;

  [[nodiscard]] bool allows() const { return effect == policy::Effect::Allow; }

  /// Whether the key is tested, `name` in lower case.
  [[nodiscard]] const Clause* find_clause(std::string_view name) const;
};

/// The number of characters before each line, to count offsets as Access Analyzer does.
class Offsets {
 public:
  explicit Offsets(std::string_view text);
  [[nodiscard]] std::size_t of(std::uint32_t line, std::uint32_t column) const;

  [[nodiscard]] std::size_t end() const { return end_; }

 private:
  std::vector<std::size_t> lines_;
  std::size_t end_ = 0;
};

struct Document {
  DocumentType type = DocumentType::Identity;
  text::Node root;
  /// Version 2012-10-17: `${…}` is a variable.
  bool variables = false;
  std::vector<Statement> statements;
};

/// Where findings are collected. Names places in a document.
class Report {
 public:
  Report(std::string_view text, SourceId source);

  void add(Code code, std::string message, std::vector<Location> locations);
  void add(Code code, std::string message, Location location);

  /// Whether a look for the right name is still worth its time: not in a document with hundreds of
  /// wrong ones.
  [[nodiscard]] bool may_suggest() const { return findings_.size() < 200; }

  /// Whether a finding of the code stands at the place.
  [[nodiscard]] bool has(Code code, const Location& place) const;

  /// The document as a whole.
  [[nodiscard]] Location whole() const;
  /// Characters before the beginning, or the end, of a place.
  [[nodiscard]] std::size_t offset(const SourceRef& where, bool begin) const;
  /// A place outside the statements.
  [[nodiscard]] Location at(std::vector<Step> path, const text::Node& node) const;
  [[nodiscard]] Location at(const Statement& statement) const;
  [[nodiscard]] Location at(const Statement& statement, std::vector<Step> rest,
                            const text::Node& node) const;
  [[nodiscard]] Location at(const Statement& statement, const Element& element) const;
  [[nodiscard]] Location at(const Statement& statement, const Element& element,
                            const Entry& entry) const;
  [[nodiscard]] Location at(const Statement& statement, const PrincipalGroup& group) const;
  [[nodiscard]] Location at(const Statement& statement, const PrincipalGroup& group,
                            const Entry& entry) const;
  /// The value of a clause.
  [[nodiscard]] Location at(const Statement& statement, const Clause& clause) const;
  [[nodiscard]] Location at(const Statement& statement, const Clause& clause,
                            const Entry& entry) const;
  /// The key of a clause.
  [[nodiscard]] Location at_key(const Statement& statement, const Clause& clause) const;
  /// The operator of a clause.
  [[nodiscard]] Location at_operator(const Statement& statement, const Clause& clause) const;

  /// All findings, in their order. Empties the report.
  [[nodiscard]] std::vector<Finding> take();

 private:
  SourceId source_;
  std::string_view text_;
  Offsets offsets_;
  std::vector<Finding> findings_;
};

[[nodiscard]] Step step_into(std::string_view key);
[[nodiscard]] Step step_to_key(std::string_view key);
[[nodiscard]] Step step_to(std::size_t index);

/// Reads what can be read; wrong JSON types, unknown elements and wrong effects become findings.
[[nodiscard]] Document read_document(const text::Node& root, DocumentType type, Report& out);

}  // namespace muster::lint
