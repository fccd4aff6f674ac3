// Reading is lenient: an unknown property is kept as text, so that the collector may say more than
// this version uses.
#include "checks/iam/inventory.h"

#include <utility>

#include "checks/core/model.h"
#include "checks/iam/documents.h"

namespace muster::iam {
namespace {

using text::Node;
using text::Type;

std::vector<Tag> tags_of(const Node& node) {
  std::vector<Tag> tags;
  for (std::size_t i = 0; node.is(Type::Mapping) && i < node.size(); ++i) {
    tags.push_back({std::string(node.key_at(i).text()), std::string(node.at(i).text())});
  }
  return tags;
}

void set_property(Resource& resource, std::string_view key, const Node& value) {
  if (key == "type") {
    resource.type = value.text();
  } else if (key == "name") {
    resource.name = value.text();
  } else if (key == "arn") {
    resource.arn = value.text();
  } else if (key == "field") {
    resource.field = value.text();
  } else if (key == "role") {
    resource.role = value.text();
  } else if (key == "consumes") {
    resource.consumes = value.texts();
  } else if (key == "tags") {
    resource.tags = tags_of(value);
  } else {
    resource.properties.emplace(key, value.text());
  }
}

Result<Resource> resource_of(const Node& node) {
  Resource resource;
  resource.where = node.where();
  if (!node.is(Type::Mapping)) {
    return Error{ErrorCode::Invalid, "an entry of the inventory must be an object", node.where()};
  }
  for (std::size_t i = 0; i < node.size(); ++i) {
    set_property(resource, node.key_at(i).text(), node.at(i));
  }
  if (resource.type.empty()) {
    return Error{ErrorCode::Invalid, "an entry of the inventory has no `type`", node.where()};
  }
  resource.account = arn_field(resource.arn, kAccountField);
  if (resource.account.empty()) {
    resource.account = arn_field(resource.role, kAccountField);
  }
  return resource;
}

}  // namespace

std::string_view Resource::property(std::string_view key) const {
  const auto found = properties.find(key);
  return found == properties.end() ? std::string_view() : found->second;
}

Inventory Inventory::build(const AuditInput& input) {
  Inventory result;
  for (const Document& document : input.facts().documents) {
    if (document.kind != DocumentKind::AwsAccount) {
      continue;
    }
    const auto tree = parse_account_json(document);
    if (!tree) {
      result.unreadable_.push_back({document.source, tree.error()});
      continue;
    }
    const auto list = tree.value().root().find("inventory");
    result.given_ = result.given_ || (list && list->is(Type::Sequence));
    for (const Node& entry : list ? list->items() : std::vector<Node>()) {
      auto resource = resource_of(entry);
      if (resource) {
        result.resources_.push_back(std::move(resource).value());
      } else {
        result.unreadable_.push_back({document.source, resource.error()});
      }
    }
  }
  return result;
}

}  // namespace muster::iam

template std::shared_ptr<const void> muster::built<muster::iam::Inventory>(const AuditInput&);
