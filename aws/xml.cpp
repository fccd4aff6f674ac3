// pugixml reads the text, this file builds the tree: no document type, bounded
// depth, no name twice.
#include <algorithm>
#include <pugixml.hpp>
#include <utility>

#include "aws/value.h"

namespace muster::aws {
namespace {

std::string_view local_name(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  const std::size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

bool holds(const std::vector<std::string_view>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool has_elements(const pugi::xml_node& node) {
  return std::ranges::any_of(node.children(), [](const pugi::xml_node& child) {
    return child.type() == pugi::node_element;
  });
}

/// All the text of an element, comments and CDATA sections in between notwithstanding.
std::string text_inside(const pugi::xml_node& node) {
  std::string text;
  for (const pugi::xml_node& child : node.children()) {
    text +=
        child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata ? child.value() : "";
  }
  return text;
}

/// Turns elements into values; those whose end has not come stand on a stack.
class ElementReader : public pugi::xml_tree_walker {
 public:
  explicit ElementReader(const XmlShape& shape) : shape_(shape) {}

  bool for_each(pugi::xml_node& node) override {
    if (node.type() != pugi::node_element) {
      return true;
    }
    close_to(static_cast<std::size_t>(depth()));
    if (stack_.size() >= kMaxDepth) {
      error_ = {ErrorCode::Limit,
                "XML is nested deeper than " + std::to_string(kMaxDepth) + " levels",
                {}};
      return false;
    }
    stack_.push_back({std::string(local_name(node)), value_of(node)});
    return true;
  }

  [[nodiscard]] Result<Value> result() {
    close_to(0);
    return error_.message.empty() ? Result<Value>(std::move(root_))
                                  : Result<Value>(std::move(error_));
  }

 private:
  /// The value of an element, still without its children.
  [[nodiscard]] Value value_of(const pugi::xml_node& node) const {
    const std::string_view name = local_name(node);
    if (holds(shape_.lists, name)) {
      return list_value({});
    }
    // The root is always an object: a service that has nothing to say sends
    // `<XResponse/>`.
    if (has_elements(node) || depth() == 0) {
      return object_value({});
    }
    Value text = text_value(text_inside(node));
    const bool boolean = text.text == "true" || text.text == "false";
    const bool number =
        !text.text.empty() && text.text.find_first_not_of("0123456789") == std::string::npos;
    if (holds(shape_.booleans, name) && boolean) {
      text.kind = Value::Kind::Bool;
    } else if (holds(shape_.numbers, name) && number) {
      text.kind = Value::Kind::Number;
    }
    return text;
  }

  /// Ends elements until so many are open.
  void close_to(std::size_t open) {
    while (stack_.size() > open) {
      Member done = std::move(stack_.back());
      stack_.pop_back();
      if (stack_.empty()) {
        root_ = std::move(done.value);
      } else {
        add(stack_.back().value, std::move(done));
      }
    }
  }

  void add(Value& parent, Member child) {
    if (parent.kind == Value::Kind::List) {
      parent.items.push_back(std::move(child.value));
      return;
    }
    const auto twin = std::ranges::find_if(
        parent.members, [&](const Member& member) { return member.name == child.name; });
    const bool repeated = holds(shape_.repeated, child.name);
    if (twin == parent.members.end()) {
      Value value = repeated ? list_value({std::move(child.value)}) : std::move(child.value);
      parent.members.push_back({std::move(child.name), std::move(value)});
    } else if (repeated) {
      twin->value.items.push_back(std::move(child.value));
    } else {
      error_ = {ErrorCode::Syntax, "an element stands twice where no list is", {}};
    }
  }

  const XmlShape& shape_;
  std::vector<Member> stack_;
  Value root_;
  Error error_;
};

bool has_one_root(const pugi::xml_document& document) {
  return std::ranges::count_if(document.children(), [](const pugi::xml_node& node) {
           return node.type() == pugi::node_element;
         }) == 1;
}

}  // namespace

Result<Value> parse_xml(std::string_view bytes, const XmlShape& shape) {
  if (find_bad_utf8(bytes) != std::string_view::npos) {
    return Error{ErrorCode::Syntax, "XML that is not UTF-8", {}};
  }
  pugi::xml_document document;
  const auto parsed = document.load_buffer(
      bytes.data(), bytes.size(), pugi::parse_default | pugi::parse_doctype, pugi::encoding_utf8);
  if (!parsed || !has_one_root(document)) {
    return Error{ErrorCode::Syntax, "not XML at byte " + std::to_string(parsed.offset), {}};
  }
  for (const pugi::xml_node& node : document.children()) {
    if (node.type() == pugi::node_doctype) {
      return Error{ErrorCode::Syntax, "XML with a document type", {}};
    }
  }
  if (!shape.root.empty() && local_name(document.document_element()) != shape.root) {
    return Error{ErrorCode::Syntax, "XML of another kind", {}};
  }
  ElementReader reader(shape);
  document.traverse(reader);
  auto root = reader.result();
  const std::string text = text_inside(document.document_element());
  if (root && root.value().members.empty() && !text.empty()) {
    root.value().set(local_name(document.document_element()), text_value(text));
  }
  return root;
}

}  // namespace muster::aws
