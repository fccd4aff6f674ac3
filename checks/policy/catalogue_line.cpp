// Lines and fields of a catalogue file.
#include "checks/policy/catalogue_line.h"

#include <algorithm>

namespace muster::policy {
namespace {

constexpr std::size_t kMaxLine = std::size_t{64} << 10U;
constexpr std::size_t kMaxQuoted = 80;

}  // namespace

std::string_view LineFields::next() {
  const std::size_t space = std::min(rest_.find(' '), rest_.size());
  const std::string_view field = rest_.substr(0, space);
  rest_.remove_prefix(std::min(space + 1, rest_.size()));
  return field;
}

Error LineFields::error(ErrorCode code, const std::string& message, std::string_view part) const {
  const bool inside = part.data() >= line_.data() && part.data() <= line_.data() + line_.size();
  const std::size_t offset = inside ? static_cast<std::size_t>(part.data() - line_.data()) : 0;
  const auto column = static_cast<std::uint32_t>(offset + 1);
  const Span span{number_, column, number_, column + static_cast<std::uint32_t>(part.size())};
  const std::string quoted =
      part.size() <= kMaxQuoted ? std::string(part) : std::string(part.substr(0, kMaxQuoted)) + "…";
  return {code, message + ", found `" + quoted + "`", SourceRef{*source_, span}};
}

Result<LineFields> LineReader::next() {
  const std::size_t end = std::min(rest_.find('\n'), rest_.size());
  ++number_;
  if (end == rest_.size()) {
    return error_at_end(ErrorCode::Syntax, "the catalogue ends within a line");
  }
  if (end > kMaxLine) {
    return error_at_end(ErrorCode::Limit, "a line of a catalogue has at most 64 KiB");
  }
  const LineFields line(rest_.substr(0, end), number_, source_);
  rest_.remove_prefix(end + 1);
  return line;
}

Error LineReader::error_at_end(ErrorCode code, const std::string& message) const {
  return {code, message, SourceRef{*source_, Span{number_, 1, number_, 1}}};
}

}  // namespace muster::policy
