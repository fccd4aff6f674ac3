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
  /// Decoded texts. INVARIANT: never grows past its reserved capacity, so that views into it stay
  /// valid.
  std::string pool;
  std::uint32_t root = 0;
};

/// An error at a place of the text.
[[nodiscard]] Error error_at(const TreeData& data, ErrorCode code, std::string message,
                             std::size_t begin, std::size_t end);

/// The comments of a YAML text (`yaml_comments.cpp`).
[[nodiscard]] std::vector<Comment> scan_comments(const TreeData& data);

}  // namespace muster::text
