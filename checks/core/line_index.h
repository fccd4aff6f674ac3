// Byte offset -> line and column and back, for the JSON reader, for positions inside block scalars
// and for changes of a text.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "checks/core/source.h"

namespace muster {

/// Lines and code points of one text. Built once in O(text); a look-up costs O(log lines) plus at
/// most 256 bytes, so that a long one-line document is not quadratic. Columns count code points;
/// `\n` ends a line.
class LineIndex {
 public:
  /// REQUIRES: `text` is valid UTF-8 and outlives the index.
  explicit LineIndex(std::string_view text);

  /// The span of bytes `[begin, end)`. Offsets past the end are clamped.
  [[nodiscard]] Span span(std::size_t begin, std::size_t end) const;

  /// Where the code point with this 0-based number begins, in bytes; the size of the text when
  /// there are fewer.
  [[nodiscard]] std::size_t byte_of(std::size_t code_point) const;

  /// The byte at this line and column (as in `Span`); the end of the line, in front of its `\n`, or
  /// of the text, when there is none.
  [[nodiscard]] std::size_t offset(std::uint32_t line, std::uint32_t column) const;

  [[nodiscard]] std::string_view text() const { return text_; }

  [[nodiscard]] std::size_t line_count() const { return line_starts_.size(); }

  /// The text of a line (1-based) without its line break. REQUIRES: `1 <= line <= line_count()`.
  [[nodiscard]] std::string_view line(std::size_t line) const;

 private:
  struct Point {
    std::uint32_t line = 1;
    std::uint32_t column = 1;
  };

  [[nodiscard]] Point point(std::size_t offset) const;
  /// Code points in `[0, offset)`.
  [[nodiscard]] std::size_t code_points_before(std::size_t offset) const;

  std::string_view text_;
  std::vector<std::size_t> line_starts_;
  /// Code points before byte 32 * i.
  std::vector<std::size_t> checkpoints_;
  /// Nothing but ASCII, as nearly every policy.
  bool one_byte_each_ = false;
};

/// Number of code points of valid UTF-8.
[[nodiscard]] std::size_t count_code_points(std::string_view text);

}  // namespace muster
