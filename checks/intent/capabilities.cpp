// Names against the templates; what the values must look like is checked where they are used.
#include "checks/intent/capabilities.h"

#include "checks/capability/templates.h"
#include "checks/intent/mistakes.h"
#include "checks/text/did_you_mean.h"
#include "checks/text/json_writer.h"

namespace muster {
namespace {

using capability::Form;
using capability::Parameter;
using capability::Template;
using text::Node;
using text::Type;

/// `of`: whose parameter it is, with a blank before it.
std::string unknown(const std::string& what, const Node& name,
                    const std::vector<std::string_view>& names, const std::string& of = {}) {
  std::string all;
  for (const std::string_view known : names) {
    all += (all.empty() ? "`" : ", `") + std::string(known) + "`";
  }
  const std::string hint = text::did_you_mean(name.text(), names);
  return "unknown " + what + " `" + std::string(name.text()) + "`" + of +
         (hint.empty() ? "; known are " + all : hint);
}

/// A text, or a number without quotes: the value of a tag may look like one.
Status check_scalar(const Node& node, const std::string& path, bool number) {
  if (node.is(Type::String) || (number && node.is(Type::Number))) {
    return Done{};
  }
  const bool quote = node.is(Type::Number) || node.is(Type::Bool);
  return expected(node, path, quote ? "text (put it in quotes)" : "text");
}

/// One text, or a list of texts.
Status check_texts(const Node& node, const std::string& path, bool list, bool number) {
  if (!node.is(Type::Sequence)) {
    return check_scalar(node, path, number);
  }
  if (!list) {
    return expected(node, path, "one value");
  }
  for (std::size_t i = 0; i < node.size(); ++i) {
    MUSTER_CHECK_OK(check_scalar(node.at(i), path + "." + std::to_string(i), number));
  }
  return Done{};
}

Status check_parameter(const Parameter& parameter, const Node& node, const std::string& path) {
  if (parameter.form == Form::Flag) {
    return node.is(Type::Bool) ? Status(Done{}) : Status(expected(node, path, "true or false"));
  }
  if (parameter.form != Form::Tags) {
    return check_texts(node, path, parameter.list, false);
  }
  if (!node.is(Type::Mapping) || node.size() == 0) {
    return expected(node, path, "a mapping such as {env: dev}");
  }
  for (std::size_t i = 0; i < node.size(); ++i) {
    const std::string tag = path + "." + std::string(node.key_at(i).text());
    MUSTER_CHECK_OK(check_texts(node.at(i), tag, true, true));
  }
  return Done{};
}

Status check_parameters(const Template& entry, const Node& node, const std::string& path) {
  if (!node.is(Type::Mapping) && !node.is(Type::Null)) {
    return expected(node, path, "a mapping of its parameters");
  }
  std::vector<std::string_view> names;
  for (const Parameter& parameter : entry.parameters) {
    names.push_back(parameter.name);
  }
  for (std::size_t i = 0; node.is(Type::Mapping) && i < node.size(); ++i) {
    const Parameter* parameter = entry.find(node.key_at(i).text());
    if (parameter == nullptr) {
      return usage(node.key_at(i), unknown("parameter", node.key_at(i), names,
                                           " of capability `" + entry.name + "`"));
    }
    MUSTER_CHECK_OK(check_parameter(*parameter, node.at(i), path + "." + parameter->name));
  }
  return Done{};
}

/// The texts of a scalar or a list, under one name.
void add_entries(const std::string& name, const Node& node, std::vector<Variable>& out) {
  for (std::size_t i = 0; node.is(Type::Sequence) && i < node.size(); ++i) {
    out.push_back({name, std::string(node.at(i).text())});
  }
  if (!node.is(Type::Sequence)) {
    out.push_back({name, std::string(node.text())});
  }
}

IntentArgument read_argument(const Node& name, const Node& node) {
  IntentArgument argument{std::string(name.text()), {}, node.where()};
  for (std::size_t i = 0; node.is(Type::Mapping) && i < node.size(); ++i) {
    add_entries(std::string(node.key_at(i).text()), node.at(i), argument.entries);
  }
  if (!node.is(Type::Mapping)) {
    add_entries("", node, argument.entries);
  }
  return argument;
}

}  // namespace

Status check_capabilities(const Node& list, const std::string& path) {
  if (!list.is(Type::Sequence)) {
    return expected(list, path, "a list such as [{ecr-push: {repository: shop}}]");
  }
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Node item = list.at(i);
    const std::string place = path + "." + std::to_string(i);
    if (!item.is(Type::Mapping) || item.size() != 1) {
      return usage(item, "`" + place +
                             "` must be one capability with its parameters, such as `ecr-push: "
                             "{repository: shop}`");
    }
    const Template* entry = capability::find_template(item.key_at(0).text());
    if (entry == nullptr) {
      return usage(item.key_at(0),
                   unknown("capability", item.key_at(0), capability::template_names()));
    }
    MUSTER_CHECK_OK(check_parameters(*entry, item.at(0), place + "." + entry->name));
  }
  return Done{};
}

Status check_clauses(const Node& conditions, const std::string& path) {
  if (!conditions.is(Type::Mapping)) {
    return expected(conditions, path, "a mapping from operator to condition keys");
  }
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    const Node keys = conditions.at(i);
    const std::string place = path + "." + std::string(conditions.key_at(i).text());
    if (!keys.is(Type::Mapping)) {
      return expected(keys, place, "a mapping from condition key to values");
    }
    for (std::size_t k = 0; k < keys.size(); ++k) {
      const std::string key = place + "." + std::string(keys.key_at(k).text());
      if (!keys.at(k).is(Type::Bool)) {
        MUSTER_CHECK_OK(check_texts(keys.at(k), key, true, true));
      }
    }
  }
  return Done{};
}

std::vector<IntentCapability> read_capabilities(const Node& list) {
  std::vector<IntentCapability> capabilities;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Node name = list.at(i).key_at(0);
    const Node node = list.at(i).at(0);
    IntentCapability capability{std::string(name.text()), {}, name.where()};
    for (std::size_t k = 0; node.is(Type::Mapping) && k < node.size(); ++k) {
      capability.arguments.push_back(read_argument(node.key_at(k), node.at(k)));
    }
    capabilities.push_back(std::move(capability));
  }
  return capabilities;
}

std::vector<IntentClause> read_clauses(const Node& conditions) {
  std::vector<IntentClause> clauses;
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    const Node keys = conditions.at(i);
    for (std::size_t k = 0; k < keys.size(); ++k) {
      const IntentArgument values = read_argument(keys.key_at(k), keys.at(k));
      IntentClause clause{
          std::string(conditions.key_at(i).text()), values.name, {}, keys.key_at(k).where()};
      for (const Variable& entry : values.entries) {
        clause.values.push_back(entry.value);
      }
      clauses.push_back(std::move(clause));
    }
  }
  return clauses;
}

namespace {

using text::json_quoted;

std::string type_of(const Parameter& parameter) {
  constexpr std::string_view kTextOrList =
      R"("anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}])";
  switch (parameter.form) {
    case Form::Flag:
      return R"("type": "boolean")";
    case Form::Tags:
      return R"("type": "object", "additionalProperties": {"type": ["string", "number", "array"]})";
    case Form::Name:
    case Form::NameOrArn:
    case Form::Arn:
    case Form::Path:
    case Form::Folder:
    case Form::Secret:
    case Form::Parameter:
    case Form::Document:
    case Form::Region:
    case Form::Account:
      break;
  }
  return parameter.list ? std::string(kTextOrList) : R"("type": "string")";
}

std::string parameters_schema(const Template& entry, const std::string& indent) {
  std::string properties;
  std::string required;
  for (const Parameter& parameter : entry.parameters) {
    properties +=
        (properties.empty() ? "\n" : ",\n") + indent + "  " + json_quoted(parameter.name) +
        ": {\"description\": " + json_quoted(parameter.about) + ", " + type_of(parameter) + "}";
    if (parameter.required) {
      required += (required.empty() ? "" : ", ") + json_quoted(parameter.name);
    }
  }
  std::string any;
  for (const std::string& name : entry.one_of) {
    any += (any.empty() ? "" : ", ") + ("{\"required\": [" + json_quoted(name) + "]}");
  }
  return "\"type\": \"object\",\n" + indent + "\"additionalProperties\": false,\n" + indent +
         "\"properties\": {" + properties + "\n" + indent + "}" +
         (required.empty() ? "" : ",\n" + indent + "\"required\": [" + required + "]") +
         (any.empty() ? "" : ",\n" + indent + "\"anyOf\": [" + any + "]");
}

}  // namespace

std::string capability_json_schema(const std::string& indent) {
  std::string properties;
  for (const Template& entry : capability::templates()) {
    const std::string inner = indent + "    ";
    properties += (properties.empty() ? "\n" : ",\n") + indent + "  " + json_quoted(entry.name) +
                  ": {\n" + inner + "\"description\": " + json_quoted(entry.about) + ",\n" + inner +
                  parameters_schema(entry, inner) + "\n" + indent + "  }";
  }
  return "\"type\": \"object\",\n" + indent + "\"minProperties\": 1,\n" + indent +
         "\"maxProperties\": 1,\n" + indent + "\"additionalProperties\": false,\n" + indent +
         "\"properties\": {" + properties + "\n" + indent + "}";
}

}  // namespace muster
