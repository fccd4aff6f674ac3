// libyaml drops comments. Every `#` in the gap between two scanner tokens, and in the header line
// of a block scalar, begins one; a parser object cannot both scan and parse, hence a second pass.
#include <yaml.h>

#include <algorithm>

#include "checks/text/tree_data.h"

namespace muster::text {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// Adds the comments of `[begin, end)`, a stretch without tokens.
void add_comments(const TreeData& data, std::size_t begin, std::size_t end,
                  std::vector<Comment>& comments) {
  const std::string_view text = data.bytes;
  const std::string_view gap = text.substr(0, end);
  std::size_t at = begin;
  while ((at = gap.find('#', at)) != std::string_view::npos) {
    const std::size_t line_end = std::min(text.find('\n', at), text.size());
    comments.push_back({std::string(trimmed(text.substr(at + 1, line_end - at - 1))),
                        data.lines.span(at, line_end)});
    at = line_end;
  }
}

/// Behind `|` or `>` on the header line of a block scalar.
void add_header_comment(const TreeData& data, std::size_t begin, std::vector<Comment>& comments) {
  const std::size_t line_end = std::min(data.bytes.find('\n', begin), data.bytes.size());
  const std::size_t mark = data.bytes.find(" #", begin);
  if (mark < line_end) {
    add_comments(data, mark + 1, line_end, comments);
  }
}

}  // namespace

std::vector<Comment> scan_comments(const TreeData& data) {
  std::vector<Comment> comments;
  yaml_parser_t parser;
  yaml_parser_initialize(&parser);
  yaml_parser_set_input_string(&parser, reinterpret_cast<const unsigned char*>(data.bytes.data()),
                               data.bytes.size());
  const std::size_t mark = data.bytes.starts_with("\xEF\xBB\xBF") ? 1 : 0;
  std::size_t gap_begin = 0;
  yaml_token_t token;
  bool more = true;
  while (more && yaml_parser_scan(&parser, &token) != 0) {
    const std::size_t begin = data.lines.byte_of(token.start_mark.index + mark);
    add_comments(data, gap_begin, begin, comments);
    const bool block =
        token.type == YAML_SCALAR_TOKEN && (token.data.scalar.style == YAML_LITERAL_SCALAR_STYLE ||
                                            token.data.scalar.style == YAML_FOLDED_SCALAR_STYLE);
    if (block) {
      add_header_comment(data, begin, comments);
    }
    gap_begin = std::max(gap_begin, data.lines.byte_of(token.end_mark.index + mark));
    more = token.type != YAML_STREAM_END_TOKEN;
    yaml_token_delete(&token);
  }
  yaml_parser_delete(&parser);
  return comments;
}

}  // namespace muster::text
