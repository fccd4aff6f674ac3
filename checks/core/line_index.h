// Byte offset -> line and column, for the JSON reader and for positions inside block scalars.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "checks/core/source.h"

namespace muster {

class LineIndex {
 public:
  /// REQUIRES: `text` is valid UTF-8 and outlives the index.
  explicit LineIndex(std::string_view text);

  /// The span of bytes `[begin, end)`. Offsets past the end are clamped.
  [[nodiscard]] Span span(std::size_t begin, std::size_t end) const;

 private:
  struct Point {
    std::uint32_t line = 1;
    std::uint32_t column = 1;
  };

  [[nodiscard]] Point point(std::size_t offset) const;

  std::string_view text_;
  std::vector<std::size_t> line_starts_;
};

}  // namespace muster
