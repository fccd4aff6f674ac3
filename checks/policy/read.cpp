// Strings, lists and key names as policy documents write them.
#include "checks/policy/read.h"

#include <algorithm>

#include "checks/text/ascii.h"
#include "checks/text/did_you_mean.h"

namespace muster::policy {

using text::Node;
using text::Type;

Error invalid(const Node& at, std::string message) {
  return Error{ErrorCode::Invalid, std::move(message), at.where()};
}

std::string kind_of(const Node& node) {
  switch (node.type()) {
    case Type::Null:
      return "null";
    case Type::Bool:
      return "a boolean";
    case Type::Number:
      return "a number";
    case Type::String:
      return "a string";
    case Type::Sequence:
      return "a list";
    case Type::Mapping:
      return "an object";
  }
  return "a value";
}

Text text_of(const Node& node) {
  return Text{std::string(node.text()), node.where()};
}

Status check_keys(const Node& mapping, std::span<const std::string_view> known,
                  std::string_view owner) {
  for (std::size_t i = 0; i < mapping.size(); ++i) {
    const Node key = mapping.key_at(i);
    if (!text::one_of(key.text(), known)) {
      return invalid(key, "unknown " + std::string(owner) + " element `" + std::string(key.text()) +
                              "`" + text::did_you_mean(key.text(), known));
    }
  }
  return Done{};
}

std::optional<Node> key_of(const Node& mapping, std::string_view name) {
  for (std::size_t i = 0; i < mapping.size(); ++i) {
    if (mapping.key_at(i).text() == name) {
      return mapping.key_at(i);
    }
  }
  return std::nullopt;
}

Result<Text> read_string(const Node& node, std::string_view element) {
  if (!node.is(Type::String)) {
    return invalid(node, "`" + std::string(element) + "` must be a string, found " + kind_of(node));
  }
  return text_of(node);
}

Result<std::vector<Text>> read_strings(const Node& node, std::string_view element) {
  if (node.is(Type::String)) {
    return std::vector<Text>{text_of(node)};
  }
  if (!node.is(Type::Sequence)) {
    return invalid(node, "`" + std::string(element) +
                             "` must be a string or a list of strings, found " + kind_of(node));
  }
  std::vector<Text> result;
  result.reserve(node.size());
  for (std::size_t i = 0; i < node.size(); ++i) {
    const Node item = node.at(i);
    if (!item.is(Type::String)) {
      return invalid(
          item, "`" + std::string(element) + "` must list strings only, found " + kind_of(item));
    }
    result.push_back(text_of(item));
  }
  return result;
}

}  // namespace muster::policy
