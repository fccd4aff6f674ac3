// One tree for every audited text, JSON or YAML: nodes in an arena, each with its span. Checks see
// only models built from it. Aliases of YAML stay references; `Node` follows them, so readers need
// not care.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/result.h"
#include "checks/core/source.h"

namespace muster::text {

/// JSON types. For YAML a plain scalar is typed by the 1.2 core schema, quoted and block scalars
/// are strings.
enum class Type { Null, Bool, Number, String, Sequence, Mapping };

[[nodiscard]] const char* to_string(Type type);

/// How a scalar was written. JSON: `Plain` for literals and numbers, `DoubleQuoted` for strings.
enum class Style { Plain, SingleQuoted, DoubleQuoted, Literal, Folded, Flow, Block };

class Tree;
struct TreeData;

/// A view of one node; valid as long as its tree. Cheap to copy. An alias behaves as the node it
/// names, but keeps its own span.
class Node {
 public:
  [[nodiscard]] Type type() const;
  [[nodiscard]] Style style() const;

  [[nodiscard]] bool is(Type wanted) const { return type() == wanted; }

  /// Where it stands in the text. Quotes are included; blocks end with their last child.
  [[nodiscard]] SourceRef where() const;
  /// Decoded text of a scalar (escapes resolved, folding done). Empty for collections.
  [[nodiscard]] std::string_view text() const;
  /// `true` / `false` for a Bool; nothing for any other type.
  [[nodiscard]] std::optional<bool> boolean() const;

  /// Number of children: sequence items, or mapping entries.
  [[nodiscard]] std::size_t size() const;
  /// Item `index` of a sequence, or value of entry `index` of a mapping. REQUIRES: `index <
  /// size()`.
  [[nodiscard]] Node at(std::size_t index) const;
  /// Key of entry `index` of a mapping, as a node (with its span). REQUIRES: mapping and `index <
  /// size()`.
  [[nodiscard]] Node key_at(std::size_t index) const;
  /// Value of the entry with this key, compared byte for byte; nothing if absent or not a mapping.
  [[nodiscard]] std::optional<Node> find(std::string_view key) const;
  /// The text of the scalar under this key; empty when it is absent or a collection.
  [[nodiscard]] std::string text_under(std::string_view key) const;
  /// The same of a string alone: empty for a number, a boolean and null too.
  [[nodiscard]] std::string string_under(std::string_view key) const;
  /// Whether the boolean `true` stands under this key.
  [[nodiscard]] bool flag_under(std::string_view key) const;
  /// The items of a sequence; none for any other node.
  [[nodiscard]] std::vector<Node> items() const;
  /// The same of the sequence under this key.
  [[nodiscard]] std::vector<Node> items_under(std::string_view key) const;
  /// The texts of a sequence's items; none for any other node. A collection among them is empty.
  [[nodiscard]] std::vector<std::string> texts() const;
  /// The same of the sequence under this key.
  [[nodiscard]] std::vector<std::string> texts_under(std::string_view key) const;

  /// For a literal or folded block scalar: where the characters `[begin, end)` (bytes of `text()`)
  /// stand in the file. For other scalars: the span of the node.
  [[nodiscard]] SourceRef where(std::size_t begin, std::size_t end) const;

 private:
  friend class Tree;

  Node(const TreeData* data, std::uint32_t id) : data_(data), id_(id) {}

  const TreeData* data_;
  std::uint32_t id_;
};

/// A `#` comment of a YAML text, without the `#`, trimmed.
struct Comment {
  std::string text;
  Span span;
};

/// Bounds for hostile input. A text beyond them is an error, never a truncated tree.
struct Limits {
  std::size_t bytes = 1U << 20U;
  std::size_t depth = 64;
  std::size_t aliases = 10'000;
  /// Nodes after following every alias (an alias bomb has few nodes but many after expansion).
  std::size_t expanded_nodes = 200'000;
};

/// A parsed text. Movable; nodes stay valid when it moves.
class Tree {
 public:
  explicit Tree(std::unique_ptr<const TreeData> data);
  Tree(Tree&&) noexcept;
  Tree& operator=(Tree&&) noexcept;
  ~Tree();

  [[nodiscard]] Node root() const;
  [[nodiscard]] const SourceId& source() const;
  /// The text itself.
  [[nodiscard]] std::string_view bytes() const;
  /// The comments of a YAML text, in document order; none for JSON. Scans the text again at each
  /// call.
  [[nodiscard]] std::vector<Comment> comments() const;
  /// The text of the comment that stands behind a scalar on its last line; empty when there is
  /// none. `scalar`: its place in this YAML text.
  [[nodiscard]] std::string_view comment_behind(const Span& scalar) const;

 private:
  std::unique_ptr<const TreeData> data_;
};

/// Strict RFC 8259: UTF-8 checked, no duplicate keys (compared after unescaping), no lone
/// surrogates, bounds held. Errors carry `path:line:col`: `Syntax` for the text, `Limit` for
/// bounds.
[[nodiscard]] Result<Tree> parse_json(std::string bytes, SourceId source, Limits limits = {});

/// YAML 1.2 core on libyaml events. One document; duplicate keys (case-insensitive when
/// `fold_keys`), merge keys `<<`, undefined or self-containing aliases, tags other than `!!str` and
/// friends, and non-UTF-8 text are errors.
enum class KeyCase { Exact, Folded };
[[nodiscard]] Result<Tree> parse_yaml(std::string bytes, SourceId source,
                                      KeyCase key_case = KeyCase::Exact, Limits limits = {});

/// The same for a CloudFormation template: the short forms of its functions, and no other tags, are
/// read as the long ones. `!Sub x` is a mapping with the one key `Fn::Sub`, `!Ref x` one with
/// `Ref`,
/// `!Condition x` one with `Condition`; the whole stands where the value stands.
[[nodiscard]] Result<Tree> parse_template_yaml(std::string bytes, SourceId source,
                                               Limits limits = {});

}  // namespace muster::text
