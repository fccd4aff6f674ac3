// The decoded text of a block scalar stands in the file without its indentation, its folded breaks
// and its blank tail. Which line holds which bytes is worked out once, beside the text.
#include <algorithm>

#include "checks/text/tree_data.h"

namespace muster::text {
namespace {

/// What a line of the file holds of the text.
struct Content {
  std::string_view text;
  /// Spaces in front of it.
  std::size_t indented = 0;
};

/// `begin`: the byte of the decoded text with which the line begins.
Content content_of(const TreeData& data, const NodeData& node, std::size_t indent, std::size_t line,
                   std::size_t begin) {
  std::string_view content = data.lines.line(line);
  // A blank line may have less indentation than the text.
  const std::size_t spaces = std::min(content.find_first_not_of(' '), content.size());
  const std::size_t indented = std::min(spaces, indent);
  content.remove_prefix(indented);
  const bool matches = node.text.substr(std::min(begin, node.text.size())).starts_with(content);
  return {matches ? content : std::string_view(), indented};
}

/// Spaces in front of the content: those of its first line with text, less those that belong to the
/// text.
std::size_t indent_of(const TreeData& data, const NodeData& node, std::size_t first_line) {
  for (std::size_t line = first_line; line <= data.lines.line_count(); ++line) {
    const std::size_t spaces = data.lines.line(line).find_first_not_of(' ');
    if (spaces != std::string_view::npos) {
      const std::size_t text = node.text.find_first_not_of('\n');
      const std::size_t own =
          text == std::string_view::npos ? 0 : node.text.substr(text).find_first_not_of(' ');
      return spaces - std::min(spaces, own == std::string_view::npos ? 0 : own);
    }
  }
  return 0;
}

}  // namespace

void index_block(TreeData& data, NodeData& node) {
  Block block;
  block.first_line = std::min(node.span.line + 1, node.span.end_line);
  block.indent = indent_of(data, node, block.first_line);
  const std::size_t last = std::min<std::size_t>(node.span.end_line, data.lines.line_count());
  std::size_t begin = 0;
  std::size_t reach = 0;
  for (std::size_t line = block.first_line; line <= last; ++line) {
    const std::size_t length = content_of(data, node, block.indent, line, begin).text.size();
    const std::size_t end = begin + length;
    const char next = end < node.text.size() ? node.text[end] : '\0';
    const bool shows_end = length > 0 || next == '\n';
    reach = std::max(reach, end + (shows_end ? 1 : 0));
    block.lines.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(reach)});
    const bool folded_break = next == '\n' || (next == ' ' && length > 0);
    begin = end + (folded_break ? 1 : 0);
  }
  node.block = static_cast<std::uint32_t>(data.blocks.size());
  data.blocks.push_back(std::move(block));
}

FilePoint point_in_block(const TreeData& data, const NodeData& node, std::size_t offset) {
  const Block& block = data.blocks[node.block];
  if (block.lines.empty()) {
    return {};
  }
  const auto shown = std::upper_bound(
      block.lines.begin(), block.lines.end(), offset,
      [](std::size_t wanted, const BlockLine& line) { return wanted < line.reach; });
  const auto at = shown == block.lines.end() ? shown - 1 : shown;
  const std::size_t line = block.first_line + static_cast<std::size_t>(at - block.lines.begin());
  const Content content = content_of(data, node, block.indent, line, at->begin);
  const std::size_t inside =
      std::min(offset - std::min<std::size_t>(offset, at->begin), content.text.size());
  return {static_cast<std::uint32_t>(line),
          static_cast<std::uint32_t>(content.indented +
                                     count_code_points(content.text.substr(0, inside)) + 1)};
}

}  // namespace muster::text
