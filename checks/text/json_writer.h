// Writing JSON from code that knows what it writes: members in the order of the calls, no tree in
// between. For documents that come from input nothing else is needed either.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace muster::text {

enum class JsonLayout {
  /// Without any whitespace between tokens.
  Compact,
  /// One member or item per line, two spaces per level; empty lists and objects stay on their line.
  Indented,
};

/// The text in quotes: `"`, `\` and control characters are escaped, all else is kept as it is.
[[nodiscard]] std::string json_quoted(std::string_view text);

/// Puts commas, line breaks and indentation between what the calls name. REQUIRES: every `open` is
/// closed, and inside an object `key` stands before every value.
class JsonWriter {
 public:
  explicit JsonWriter(JsonLayout layout) : layout_(layout) {}

  JsonWriter& open_object() { return open('{'); }

  JsonWriter& close_object() { return close('}'); }

  JsonWriter& open_list() { return open('['); }

  JsonWriter& close_list() { return close(']'); }

  JsonWriter& key(std::string_view name);
  JsonWriter& text(std::string_view value);
  JsonWriter& number(std::size_t value);

  /// What was written, without a line break at its end.
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  /// The comma and line break that stand before a new key or item.
  void separate();
  void new_line();

  JsonLayout layout_;
  std::string bytes_;
  /// For every open bracket: whether something stands inside already.
  std::vector<bool> filled_;
  bool after_key_ = false;
};

}  // namespace muster::text
