// Actions are read once; scripts stay bytes until a step runs them.
#include "checks/workflow/sources.h"

#include <algorithm>

#include "checks/core/model.h"
#include "checks/text/utf8.h"
#include "checks/workflow/fields.h"

namespace muster::workflow {
namespace {

using text::Node;
using text::Type;

/// Inputs of an action: all are text, and none has a type.
Result<std::vector<Input>> read_action_inputs(const Node& root) {
  std::vector<Input> inputs;
  const auto node = root.find("inputs");
  for (std::size_t i = 0; node && node->is(Type::Mapping) && i < node->size(); ++i) {
    Input input;
    input.name = {std::string(node->key_at(i).text()), node->key_at(i).where()};
    if (node->at(i).is(Type::Mapping)) {
      MUSTER_TRY(input.default_value, optional_text(node->at(i), "default"));
    }
    inputs.push_back(std::move(input));
  }
  return inputs;
}

}  // namespace

Result<Action> parse_action(std::string bytes, SourceId source) {
  MUSTER_TRY(text::Tree tree, text::parse_yaml(std::move(bytes), source, text::KeyCase::Folded));
  Action action;
  action.source = std::move(source);
  action.tree = std::make_shared<const text::Tree>(std::move(tree));
  const Node root = action.tree->root();
  const auto runs = root.find("runs");
  if (!runs || !runs->is(Type::Mapping)) {
    return unexpected(root, "runs", "a mapping");
  }
  MUSTER_TRY(action.inputs, read_action_inputs(root));
  action.is_composite = runs->text_under("using") == "composite";
  const auto steps = runs->find("steps");
  if (action.is_composite && steps) {
    MUSTER_TRY(action.steps, read_steps(*steps));
  }
  return action;
}

Sources Sources::build(const AuditInput& input) {
  Sources sources;
  for (const Document& document : input.facts().documents) {
    const std::string& path = document.source.path();
    if (document.kind == DocumentKind::Script && !text::find_invalid_utf8(document.bytes)) {
      sources.scripts_.emplace(path, &document);
    } else if (document.kind == DocumentKind::GithubAction) {
      auto action = parse_action(document.bytes, document.source);
      if (action) {
        sources.actions_.emplace(folder_of(path), std::move(action).value());
      }
    }
  }
  for (const Variable& installed : input.intent().host_scripts) {
    sources.host_scripts_.emplace(installed.name, installed.value);
  }
  return sources;
}

const Action* Sources::action(std::string_view folder) const {
  const auto found = actions_.find(folder);
  return found == actions_.end() ? nullptr : &found->second;
}

const Document* Sources::script(std::string_view path) const {
  const auto found = scripts_.find(path);
  return found == scripts_.end() ? nullptr : found->second;
}

const Document* Sources::host_script(std::string_view path) const {
  const auto found = host_scripts_.find(path);
  return found == host_scripts_.end() ? nullptr : script(found->second);
}

std::optional<std::string> path_in(std::string_view base, std::string_view path) {
  const std::string whole = std::string(base) + "/" + std::string(path);
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < whole.size();) {
    const std::size_t end = std::min(whole.find('/', at), whole.size());
    const std::string part = whole.substr(at, end - at);
    at = end + 1;
    if (part == "..") {
      if (parts.empty()) {
        return std::nullopt;
      }
      parts.pop_back();
    } else if (!part.empty() && part != ".") {
      parts.push_back(part);
    }
  }
  std::string result;
  for (const std::string& part : parts) {
    result += (result.empty() ? "" : "/") + part;
  }
  return result;
}

std::string folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? "" : std::string(path.substr(0, slash));
}

}  // namespace muster::workflow

template std::shared_ptr<const void> muster::built<muster::workflow::Sources>(const AuditInput&);
