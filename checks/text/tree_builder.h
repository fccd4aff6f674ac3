// Makes a tree of values that were computed from another text. Each node keeps the place of what it
// was computed from, so that readers of models and their errors need not know.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checks/text/tree.h"

namespace muster::text {

/// Nodes are made from the leaves up and named by number; a node may stand in several places.
class TreeBuilder {
 public:
  using Id = std::uint32_t;

  explicit TreeBuilder(SourceId source) : source_(std::move(source)) {}

  Id scalar(Type type, std::string text, const Span& where);
  Id sequence(std::vector<Id> items, const Span& where);
  /// Keys and values in turn.
  Id mapping(std::vector<Id> entries, const Span& where);

  [[nodiscard]] Type type(Id id) const { return nodes_[id].type; }

  /// Of a scalar.
  [[nodiscard]] const std::string& text(Id id) const { return nodes_[id].text; }

  /// Items of a sequence; keys and values of a mapping.
  [[nodiscard]] const std::vector<Id>& members(Id id) const { return nodes_[id].members; }

  [[nodiscard]] const Span& where(Id id) const { return nodes_[id].where; }

  [[nodiscard]] std::size_t size() const { return nodes_.size(); }

  /// Bytes of all scalars together.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

  /// The tree below `root`; the builder is used up.
  [[nodiscard]] Tree build(Id root) &&;

 private:
  struct Made {
    Type type = Type::Null;
    std::string text;
    std::vector<Id> members;
    Span where;
  };

  Id add(Made made);

  SourceId source_;
  /// References into it stay valid while it grows.
  std::deque<Made> nodes_;
  std::size_t bytes_ = 0;
};

}  // namespace muster::text
