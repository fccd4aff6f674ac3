// What a service was asked with and what it answered: one tree, so that a service file never sees a
// parser. No third-party header reaches the service files by it.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/result.h"

namespace muster::net {

struct Member;

/// A tree of JSON types. Numbers and booleans keep their text, so that nothing
/// is lost on the way.
struct Value {
  enum class Kind { Null, Bool, Number, Text, List, Object };

  Kind kind = Kind::Null;
  /// Of a Text; of a Number as it was written; `true` or `false` of a Bool.
  std::string text{};
  /// Of a List.
  std::vector<Value> items{};
  /// Of an Object, in the order of the answer. No name stands twice.
  std::vector<Member> members;

  /// The member of this name; nullptr when it is absent, null, or this is no
  /// Object.
  [[nodiscard]] const Value* find(std::string_view name) const;
  /// Follows `A.B.C` down; nullptr as with `find`.
  [[nodiscard]] const Value* find_path(std::string_view path) const;
  /// The text of a member; empty when it is absent or a List or Object.
  [[nodiscard]] std::string text_of(std::string_view name) const;
  /// The items of a member; none when it is absent.
  [[nodiscard]] const std::vector<Value>& items_of(std::string_view name) const;
  /// Sets or replaces a member. REQUIRES: an Object.
  void set(std::string_view name, Value value);
};

struct Member {
  std::string name;
  Value value;
};

[[nodiscard]] Value text_value(std::string_view text);
[[nodiscard]] Value number_value(long number);
[[nodiscard]] Value bool_value(bool value);
[[nodiscard]] Value list_value(std::vector<Value> items);
[[nodiscard]] Value object_value(std::initializer_list<Member> members);

/// Deeper trees are an error, not an answer.
constexpr std::size_t kMaxDepth = 64;

/// Reads JSON. Errors: `Syntax` for text that is not JSON or UTF-8 and for a
/// name that stands twice in one object, `Limit` beyond `kMaxDepth`. Messages
/// repeat nothing of the text.
[[nodiscard]] Result<Value> parse_json(std::string_view bytes);

enum class Layout { Compact, Indented };

/// The tree as JSON, without a line break at its end.
[[nodiscard]] std::string to_json(const Value& value, Layout layout);

/// Where the first byte stands that is not UTF-8 (RFC 3629); `npos` when there
/// is none.
[[nodiscard]] std::size_t find_bad_utf8(std::string_view text);

}  // namespace muster::net
