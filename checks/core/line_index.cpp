// Line starts are found once; columns are counted inside the one line that is asked for.
#include "checks/core/line_index.h"

#include <algorithm>

namespace muster {

LineIndex::LineIndex(std::string_view text) : text_(text), line_starts_{0} {
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    line_starts_.push_back(at + 1);
  }
}

LineIndex::Point LineIndex::point(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const std::size_t start = *(after - 1);
  Point result;
  result.line = static_cast<std::uint32_t>(after - line_starts_.begin());
  for (std::size_t i = start; i < offset; ++i) {
    const bool continuation = (static_cast<unsigned char>(text_[i]) & 0xC0U) == 0x80U;
    result.column += continuation ? 0U : 1U;
  }
  return result;
}

Span LineIndex::span(std::size_t begin, std::size_t end) const {
  const Point from = point(begin);
  const Point to = point(std::max(begin, end));
  return Span{from.line, from.column, to.line, to.column};
}

}  // namespace muster
