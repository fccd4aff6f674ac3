// The tree of net/value.h in the names of this folder, and XML as such a tree.
#pragma once

#include <string_view>
#include <vector>

#include "net/value.h"

namespace muster::aws {

using net::bool_value;
using net::find_bad_utf8;
using net::kMaxDepth;
using net::Layout;
using net::list_value;
using net::Member;
using net::number_value;
using net::object_value;
using net::parse_json;
using net::text_value;
using net::to_json;
using net::Value;

/// How the elements of an XML answer are to be read; names without their
/// namespace. XML itself does not tell an empty list from an empty text.
struct XmlShape {
  /// Their children are the items: `<Roles><member>…</member></Roles>`.
  std::vector<std::string_view> lists{};
  /// They are the items themselves, one beside the other:
  /// `<Version>…</Version><Version>…`. No item, no list.
  std::vector<std::string_view> repeated{};
  std::vector<std::string_view> numbers{};
  std::vector<std::string_view> booleans{};
  /// What the root must be; empty: anything. For answers that may be without content.
  std::string_view root{};
};

/// The root element of an XML document as an Object: elements with elements
/// inside are Objects, others Texts. A root that is only text has it under its own name. Attributes
/// are left out. Errors: `Syntax` for text that is not XML or UTF-8, for a document type or another
/// root, for a name that stands twice and is no list, `Limit` beyond `kMaxDepth`.
[[nodiscard]] Result<Value> parse_xml(std::string_view bytes, const XmlShape& shape);

}  // namespace muster::aws
