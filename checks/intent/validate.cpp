// One pending object at a time, on an explicit stack.
#include "checks/intent/validate.h"

#include <algorithm>
#include <vector>

#include "checks/intent/capabilities.h"
#include "checks/intent/mistakes.h"
#include "checks/intent/schema.h"
#include "checks/text/ascii.h"
#include "checks/text/did_you_mean.h"

namespace muster {
namespace {

using text::Node;
using text::Type;

struct Pending {
  Node node;
  const IntentObject* object;
  /// `roles.deploy`, for messages.
  std::string path;
};

const IntentKey* find_key(const IntentObject& object, std::string_view name) {
  const auto found = std::find_if(object.keys.begin(), object.keys.end(),
                                  [&](const IntentKey& key) { return key.name == name; });
  return found == object.keys.end() ? nullptr : &*found;
}

Error unknown_key(const Pending& place, const Node& key) {
  std::vector<std::string_view> names;
  std::string all;
  for (const IntentKey& known : place.object->keys) {
    names.push_back(known.name);
    all += (all.empty() ? "`" : ", `") + std::string(known.name) + "`";
  }
  const std::string hint = text::did_you_mean(key.text(), names);
  const std::string where = place.path.empty() ? "muster.yaml" : "`" + place.path + "`";
  return usage(key, "unknown key `" + std::string(key.text()) + "` in " + where +
                        (hint.empty() ? "; known are " + all : hint));
}

Status check_text(const IntentKey& key, const Node& node, const std::string& path) {
  const bool fits = node.is(Type::String) || (takes_number(key) && node.is(Type::Number));
  if (!fits) {
    const bool quote = node.is(Type::Number) || node.is(Type::Bool);
    return expected(node, path, quote ? "text (put it in quotes)" : "text");
  }
  const auto& values = key.values;
  if (!values.empty() && !text::one_of(node.text(), values)) {
    std::string all;
    for (const std::string_view value : values) {
      all += (all.empty() ? "`" : ", `") + std::string(value) + "`";
    }
    return usage(node,
                 "`" + path + "` is `" + std::string(node.text()) + "`, expected one of " + all);
  }
  const std::string problem = format_problem(key.format, node.text());
  if (!problem.empty()) {
    const bool secret = key.format == IntentFormat::PublicValue;
    return usage(node, "`" + (secret ? path : std::string(node.text())) + "` " + problem);
  }
  return Done{};
}

Status check_names(const IntentKey& key, const Node& node, const std::string& path) {
  for (std::size_t i = 0; i < node.size(); ++i) {
    const Node name = node.key_at(i);
    const std::string problem = format_problem(key.name_format, name.text());
    if (!problem.empty()) {
      return usage(name, "`" + std::string(name.text()) + "` under `" + path + "` " + problem);
    }
  }
  return Done{};
}

/// Checks one value; objects inside are left on `pending`.
Status check_value(const IntentKey& key, const Node& node, const std::string& path,
                   std::vector<Pending>& pending) {
  const bool list = key.type == IntentType::TextList || key.type == IntentType::ObjectList;
  const bool named = key.type == IntentType::NamedObjects || key.type == IntentType::NamedTexts;
  if (list && !node.is(Type::Sequence)) {
    return expected(node, path, "a list");
  }
  if ((named || key.type == IntentType::Object) && !node.is(Type::Mapping)) {
    return expected(node, path, "a mapping");
  }
  if (named) {
    MUSTER_CHECK_OK(check_names(key, node, path));
  }
  switch (key.type) {
    case IntentType::Text:
      return check_text(key, node, path);
    case IntentType::Boolean:
      return node.is(Type::Bool) ? Status(Done{}) : Status(expected(node, path, "true or false"));
    case IntentType::Object:
      pending.push_back({node, key.object, path});
      return Done{};
    case IntentType::Capabilities:
      return check_capabilities(node, path);
    case IntentType::Clauses:
      return check_clauses(node, path);
    case IntentType::TextList:
    case IntentType::NamedTexts:
      for (std::size_t i = 0; i < node.size(); ++i) {
        const std::string name = named ? std::string(node.key_at(i).text()) : std::to_string(i);
        MUSTER_CHECK_OK(check_text(key, node.at(i), path + "." + name));
      }
      return Done{};
    case IntentType::ObjectList:
    case IntentType::NamedObjects:
      for (std::size_t i = 0; i < node.size(); ++i) {
        const std::string name = named ? std::string(node.key_at(i).text()) : std::to_string(i);
        const Node item = node.at(i);
        if (!item.is(Type::Mapping) && !(named && item.is(Type::Null))) {
          return expected(item, path + "." + name, "a mapping");
        }
        pending.push_back({item, key.object, path + "." + name});
      }
      return Done{};
  }
  return Done{};
}

Status check_object(const Pending& place, std::vector<Pending>& pending) {
  const Node& node = place.node;
  for (std::size_t i = 0; node.is(Type::Mapping) && i < node.size(); ++i) {
    const Node name = node.key_at(i);
    const IntentKey* key = find_key(*place.object, name.text());
    if (key == nullptr) {
      return unknown_key(place, name);
    }
    const std::string path = (place.path.empty() ? "" : place.path + ".") + std::string(key->name);
    MUSTER_CHECK_OK(check_value(*key, node.at(i), path, pending));
  }
  for (const IntentKey& key : place.object->keys) {
    if (key.required && !node.find(key.name)) {
      const std::string name(key.name);
      return usage(node, place.path.empty()
                             ? "the key `" + name + "` is missing; write `version: 1`"
                             : "`" + place.path + "` lacks the key `" + name + "`");
    }
  }
  return Done{};
}

}  // namespace

Status validate_intent(const Node& root) {
  if (!root.is(Type::Mapping)) {
    return usage(
        root, std::string("muster.yaml must be a mapping that begins with `version: 1`, found ") +
                  to_string(root.type()));
  }
  std::vector<Pending> pending{{root, &intent_schema(), ""}};
  while (!pending.empty()) {
    const Pending place = std::move(pending.back());
    pending.pop_back();
    MUSTER_CHECK_OK(check_object(place, pending));
  }
  return Done{};
}

}  // namespace muster
