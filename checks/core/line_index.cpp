// Line starts and a code-point count at every 32nd byte are found once.
#include "checks/core/line_index.h"

#include <algorithm>

namespace muster {
namespace {

constexpr std::size_t kStride = 32;

bool begins_code_point(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

}  // namespace

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_code_point));
}

LineIndex::LineIndex(std::string_view text) : text_(text), line_starts_{0} {
  for (std::size_t at = text.find('\n'); at != std::string_view::npos;
       at = text.find('\n', at + 1)) {
    line_starts_.push_back(at + 1);
  }
  std::size_t total = 0;
  for (std::size_t at = 0; at <= text.size(); at += kStride) {
    checkpoints_.push_back(total);
    total += count_code_points(text.substr(at, kStride));
  }
  one_byte_each_ = total == text.size();
}

std::size_t LineIndex::code_points_before(std::size_t offset) const {
  if (one_byte_each_) {
    return offset;
  }
  const std::size_t checkpoint = offset / kStride;
  const std::size_t start = checkpoint * kStride;
  return checkpoints_[checkpoint] + count_code_points(text_.substr(start, offset - start));
}

std::size_t LineIndex::byte_of(std::size_t code_point) const {
  if (one_byte_each_) {
    return std::min(code_point, text_.size());
  }
  const auto after = std::upper_bound(checkpoints_.begin(), checkpoints_.end(), code_point);
  const auto checkpoint = static_cast<std::size_t>(after - checkpoints_.begin()) - 1;
  std::size_t left = code_point - checkpoints_[checkpoint];
  std::size_t at = checkpoint * kStride;
  while (at < text_.size() && (left > 0 || !begins_code_point(text_[at]))) {
    left -= begins_code_point(text_[at]) ? std::size_t{1} : 0;
    ++at;
  }
  return at;
}

LineIndex::Point LineIndex::point(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const std::size_t column = code_points_before(offset) - code_points_before(*(after - 1));
  return {static_cast<std::uint32_t>(after - line_starts_.begin()),
          static_cast<std::uint32_t>(column + 1)};
}

Span LineIndex::span(std::size_t begin, std::size_t end) const {
  const Point from = point(begin);
  const Point to = point(std::max(begin, end));
  return Span{from.line, from.column, to.line, to.column};
}

std::size_t LineIndex::offset(std::uint32_t line, std::uint32_t column) const {
  if (line == 0 || line > line_starts_.size()) {
    return text_.size();
  }
  const std::size_t begin = line_starts_[line - 1];
  const std::size_t end = line < line_starts_.size() ? line_starts_[line] - 1 : text_.size();
  return std::min(byte_of(code_points_before(begin) + std::max(column, 1U) - 1), end);
}

std::string_view LineIndex::line(std::size_t line) const {
  const std::size_t begin = line_starts_[line - 1];
  std::size_t end = line < line_starts_.size() ? line_starts_[line] - 1 : text_.size();
  if (end > begin && text_[end - 1] == '\r') {
    --end;
  }
  return text_.substr(begin, end - begin);
}

}  // namespace muster
