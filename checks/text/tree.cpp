// Views over the arena, and how plain scalars of YAML are typed.
#include "checks/text/tree.h"

#include <algorithm>

#include "checks/text/ascii.h"
#include "checks/text/tree_data.h"

namespace muster::text {
namespace {

const NodeData& resolved(const TreeData& data, std::uint32_t id) {
  const NodeData& node = data.nodes[id];
  return node.alias ? data.nodes[node.target] : node;
}

}  // namespace

const char* to_string(Type type) {
  switch (type) {
    case Type::Null:
      return "nothing";
    case Type::Bool:
      return "a boolean";
    case Type::Number:
      return "a number";
    case Type::String:
      return "text";
    case Type::Sequence:
      return "a list";
    case Type::Mapping:
      return "a mapping";
  }
  return "a value";
}

Error error_at(const TreeData& data, ErrorCode code, std::string message, std::size_t begin,
               std::size_t end) {
  return Error{code, std::move(message), SourceRef{data.source, data.lines.span(begin, end)}};
}

Type Node::type() const {
  return resolved(*data_, id_).type;
}

Style Node::style() const {
  return resolved(*data_, id_).style;
}

SourceRef Node::where() const {
  const NodeData& node = data_->nodes[id_];
  const Span span = data_->yaml ? node.span : data_->lines.span(node.begin, node.end);
  return {data_->source, span};
}

std::string_view Node::text() const {
  return resolved(*data_, id_).text;
}

std::string Node::text_under(std::string_view key) const {
  const auto value = find(key);
  return value ? std::string(value->text()) : std::string();
}

std::string Node::string_under(std::string_view key) const {
  const auto value = find(key);
  return value && value->is(Type::String) ? std::string(value->text()) : std::string();
}

bool Node::flag_under(std::string_view key) const {
  const auto value = find(key);
  return value && value->boolean().value_or(false);
}

std::vector<Node> Node::items() const {
  std::vector<Node> items;
  for (std::size_t i = 0; is(Type::Sequence) && i < size(); ++i) {
    items.push_back(at(i));
  }
  return items;
}

std::vector<Node> Node::items_under(std::string_view key) const {
  const auto value = find(key);
  return value ? value->items() : std::vector<Node>();
}

std::vector<std::string> Node::texts() const {
  std::vector<std::string> texts;
  for (const Node& item : items()) {
    texts.emplace_back(item.text());
  }
  return texts;
}

std::vector<std::string> Node::texts_under(std::string_view key) const {
  const auto value = find(key);
  return value ? value->texts() : std::vector<std::string>();
}

std::optional<bool> Node::boolean() const {
  if (type() != Type::Bool) {
    return std::nullopt;
  }
  return text().front() == 't' || text().front() == 'T';
}

std::size_t Node::size() const {
  return resolved(*data_, id_).count;
}

Node Node::at(std::size_t index) const {
  const NodeData& node = resolved(*data_, id_);
  const std::size_t offset = node.type == Type::Mapping ? index * 2 + 1 : index;
  return {data_, data_->children[node.first + offset]};
}

Node Node::key_at(std::size_t index) const {
  return {data_, data_->children[resolved(*data_, id_).first + index * 2]};
}

std::optional<Node> Node::find(std::string_view key) const {
  if (type() != Type::Mapping) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < size(); ++i) {
    if (key_at(i).text() == key) {
      return at(i);
    }
  }
  return std::nullopt;
}

SourceRef Node::where(std::size_t begin, std::size_t end) const {
  const NodeData& node = resolved(*data_, id_);
  if (node.style != Style::Literal && node.style != Style::Folded) {
    return where();
  }
  const FilePoint from = point_in_block(*data_, node, begin);
  const FilePoint to = point_in_block(*data_, node, std::max(begin, end));
  return {data_->source, {from.line, from.column, to.line, to.column}};
}

Tree::Tree(std::unique_ptr<const TreeData> data) : data_(std::move(data)) {}

Tree::Tree(Tree&&) noexcept = default;
Tree& Tree::operator=(Tree&&) noexcept = default;
Tree::~Tree() = default;

Node Tree::root() const {
  return {data_.get(), data_->root};
}

const SourceId& Tree::source() const {
  return data_->source;
}

std::string_view Tree::bytes() const {
  return data_->bytes;
}

std::vector<Comment> Tree::comments() const {
  return data_->yaml ? scan_comments(*data_) : std::vector<Comment>();
}

std::string_view Tree::comment_behind(const Span& scalar) const {
  if (!data_->yaml || scalar.end_line == 0 || scalar.end_line > data_->lines.line_count()) {
    return {};
  }
  const std::string_view line = data_->lines.line(scalar.end_line);
  const std::size_t behind = data_->lines.offset(scalar.end_line, scalar.end_column) -
                             data_->lines.offset(scalar.end_line, 1);
  // The end of a flow collection may stand between.
  const std::size_t at = std::min(line.find_first_not_of(" \t,]}", behind), line.size());
  const bool comment = at > 0 && at < line.size() && line[at] == '#' &&
                       (line[at - 1] == ' ' || line[at - 1] == '\t');
  return comment ? trim(line.substr(at + 1)) : std::string_view();
}

}  // namespace muster::text
