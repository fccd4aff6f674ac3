// Validated before it comes here: what is copied has its type and its format.
#include "checks/intent/hosts.h"

#include "checks/text/number.h"

namespace muster {
namespace {

using text::Node;

std::optional<long> days_under(const Node& node) {
  return text::whole_number(node.text_under("max_age_days"));
}

/// One item for each entry of the mapping under the key.
template <class Item>
std::vector<Item> entries(const Node& node, std::string_view key,
                          Item (*read)(const Node& name, const Node& value)) {
  std::vector<Item> items;
  const auto map = node.find(key);
  for (std::size_t i = 0; map && i < map->size(); ++i) {
    items.push_back(read(map->key_at(i), map->at(i)));
  }
  return items;
}

Variable read_value(const Node& name, const Node& value) {
  return {std::string(name.text()), std::string(value.text())};
}

IntentHostPath read_path(const Node& name, const Node& node) {
  IntentHostPath path;
  path.path = name.text();
  path.legacy = node.texts_under("legacy");
  path.owner = node.text_under("owner");
  path.where = name.where();
  return path;
}

IntentEnvFile read_env_file(const Node& name, const Node& node) {
  IntentEnvFile file;
  file.path = name.text();
  file.owner = node.text_under("owner");
  for (const std::string& word : node.texts_under("readers")) {
    for (const EnvReader reader :
         {EnvReader::Systemd, EnvReader::Docker, EnvReader::Compose, EnvReader::Shell}) {
      if (word == to_string(reader)) {
        file.readers.push_back(reader);
      }
    }
  }
  file.required = node.texts_under("required");
  file.public_values = entries(node, "public", read_value);
  file.where = name.where();
  return file;
}

IntentUnit read_unit(const Node& name, const Node& node) {
  return {std::string(name.text()), node.flag_under("at_boot"), name.where()};
}

IntentState read_state(const Node& name, const Node& node) {
  IntentState state;
  state.path = name.text();
  state.max_age_days = days_under(node);
  if (node.find("current")) {
    state.current = node.text_under("current");
  }
  if (node.find("previous")) {
    state.previous = node.text_under("previous");
  }
  state.where = name.where();
  return state;
}

IntentLink read_link(const Node& name, const Node& node) {
  return {std::string(name.text()), node.texts_under("targets"), name.where()};
}

}  // namespace

std::vector<IntentHosts> read_hosts(const Node& map) {
  std::vector<IntentHosts> all;
  for (std::size_t i = 0; i < map.size(); ++i) {
    const Node node = map.at(i);
    IntentHosts hosts;
    hosts.name = map.key_at(i).text();
    hosts.environment = node.text_under("environment");
    hosts.names = node.texts_under("names");
    hosts.max_age_days = days_under(node).value_or(hosts.max_age_days);
    hosts.paths = entries(node, "paths", read_path);
    hosts.env_files = entries(node, "env_files", read_env_file);
    hosts.units = entries(node, "units", read_unit);
    hosts.states = entries(node, "states", read_state);
    hosts.links = entries(node, "links", read_link);
    hosts.where = map.key_at(i).where();
    all.push_back(std::move(hosts));
  }
  return all;
}

}  // namespace muster
