// The arena behind `Tree` and `Node`; only the readers and tree.cpp see it.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/line_index.h"
#include "checks/text/tree.h"

namespace muster::text {

/// One node. Scalars use `text`; collections use `first` and `count` into `TreeData::children` (a
/// mapping has key and value in turn, `count` entries); an alias uses `target`.
struct NodeData {
  Type type = Type::Null;
  Style style = Style::Plain;
  bool alias = false;
  std::uint32_t target = 0;
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  std::string_view text;
  /// YAML: the place itself. JSON: bytes, turned into a span when asked for.
  Span span;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  /// Of a block scalar: its index in `TreeData::blocks`.
  std::uint32_t block = 0;
};

/// A line of the file that holds a line of a block scalar.
struct BlockLine {
  /// The byte of the decoded text with which it begins.
  std::uint32_t begin = 0;
  /// Behind the last byte that is shown here, or on a line above.
  std::uint32_t reach = 0;
};

/// The lines of one block scalar.
struct Block {
  /// Spaces in front of each, which are not of the text.
  std::size_t indent = 0;
  std::uint32_t first_line = 0;
  std::vector<BlockLine> lines;
};

struct TreeData {
  TreeData(std::string bytes_in, SourceId source_in)
      : bytes(std::move(bytes_in)), source(std::move(source_in)), lines(bytes) {}

  TreeData(const TreeData&) = delete;
  TreeData& operator=(const TreeData&) = delete;

  std::string bytes;
  SourceId source;
  LineIndex lines;
  bool yaml = false;
  std::vector<NodeData> nodes;
  std::vector<std::uint32_t> children;
  std::vector<Block> blocks;
  /// Decoded texts. INVARIANT: never grows past its reserved capacity, so that views into it stay
  /// valid.
  std::string pool;
  std::uint32_t root = 0;
};

/// An error at a place of the text.
[[nodiscard]] Error error_at(const TreeData& data, ErrorCode code, std::string message,
                             std::size_t begin, std::size_t end);

/// A 1-based line and column, in code points.
struct FilePoint {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

/// Notes the lines of a block scalar whose text and span are known (`block_scalar.cpp`).
void index_block(TreeData& data, NodeData& node);

/// Where a byte of a block scalar's decoded text stands in the file.
[[nodiscard]] FilePoint point_in_block(const TreeData& data, const NodeData& node,
                                       std::size_t offset);

/// The comments of a YAML text (`yaml_comments.cpp`).
[[nodiscard]] std::vector<Comment> scan_comments(const TreeData& data);

}  // namespace muster::text
