// The arena of a tree, filled from values instead of a text.
#include "checks/text/tree_builder.h"

#include "checks/text/tree_data.h"

namespace muster::text {

TreeBuilder::Id TreeBuilder::add(Made made) {
  bytes_ += made.text.size();
  nodes_.push_back(std::move(made));
  return static_cast<Id>(nodes_.size() - 1);
}

TreeBuilder::Id TreeBuilder::scalar(Type type, std::string text, const Span& where) {
  return add({type, std::move(text), {}, where});
}

TreeBuilder::Id TreeBuilder::sequence(std::vector<Id> items, const Span& where) {
  return add({Type::Sequence, {}, std::move(items), where});
}

TreeBuilder::Id TreeBuilder::mapping(std::vector<Id> entries, const Span& where) {
  return add({Type::Mapping, {}, std::move(entries), where});
}

Tree TreeBuilder::build(Id root) && {
  auto data = std::make_unique<TreeData>(std::string(), std::move(source_));
  // The places are spans already, as those of YAML are.
  data->yaml = true;
  data->root = root;
  // INVARIANT of TreeData::pool: no growth after the first view.
  data->pool.reserve(bytes_);
  for (Made& made : nodes_) {
    NodeData node;
    node.type = made.type;
    node.span = made.where;
    const std::size_t begin = data->pool.size();
    data->pool += made.text;
    node.text = std::string_view(data->pool).substr(begin, made.text.size());
    node.first = static_cast<std::uint32_t>(data->children.size());
    node.count =
        static_cast<std::uint32_t>(made.members.size() / (made.type == Type::Mapping ? 2 : 1));
    data->children.insert(data->children.end(), made.members.begin(), made.members.end());
    data->nodes.push_back(node);
  }
  nodes_.clear();
  return Tree(std::move(data));
}

}  // namespace muster::text
