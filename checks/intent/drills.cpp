// What the table of keys cannot say: placeholders, addresses, and what belongs together.
#include "checks/intent/drills.h"

#include <algorithm>
#include <charconv>

#include "checks/core/window.h"
#include "checks/intent/mistakes.h"

namespace muster {
namespace {

using text::Node;

std::vector<Variable> named_texts(const Node& node, std::string_view key) {
  std::vector<Variable> texts;
  const auto map = node.find(key);
  for (std::size_t i = 0; map && i < map->size(); ++i) {
    texts.push_back({std::string(map->key_at(i).text()), std::string(map->at(i).text())});
  }
  return texts;
}

/// The text under the key; `absent` without it.
std::string text_or(const Node& node, std::string_view key, std::string_view absent) {
  return node.find(key) ? node.text_under(key) : std::string(absent);
}

struct Number {
  std::string_view key;
  unsigned IntentDrill::* field;
  unsigned least;
  unsigned most;
};

constexpr Number kNumbers[] = {
    {"objective_seconds", &IntentDrill::objective_seconds, 1, 86'400},
    {"max_lost", &IntentDrill::max_lost, 0, 1'000'000},
    {"max_age_days", &IntentDrill::max_age_days, 1, 366},
    {"timeout_seconds", &IntentDrill::timeout_seconds, 1, 7'200},
    {"rate", &IntentDrill::rate, 1, 1'000},
};

Status read_numbers(const Node& node, IntentDrill& drill) {
  for (const Number& number : kNumbers) {
    const auto found = node.find(number.key);
    if (!found) {
      continue;
    }
    const std::string_view text = found->text();
    unsigned value = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
    if (end.ec != std::errc() || value < number.least || value > number.most) {
      return usage(*found, "`" + std::string(number.key) + "` of drill `" + drill.name +
                               "` must be from " + std::to_string(number.least) + " to " +
                               std::to_string(number.most));
    }
    drill.*number.field = value;
  }
  return Done{};
}

bool names(const std::vector<std::string>& command, std::string_view placeholder) {
  return std::ranges::any_of(command, [&](const std::string& word) {
    return word.find(placeholder) != std::string::npos;
  });
}

bool is_address(std::string_view text) {
  const bool http = text.starts_with("http://") || text.starts_with("https://");
  return http && !text.ends_with('/') && text.find_first_of(" @?#\n") == std::string_view::npos;
}

Status check_commands(const Node& node, const IntentDrill& drill) {
  for (const auto& [key, command] :
       {std::pair("deploy", &drill.deploy), std::pair("digest", &drill.digest)}) {
    if (command->empty() || !names(*command, "{release}")) {
      return usage(*node.find(key), "`" + std::string(key) + "` of drill `" + drill.name +
                                        "` has no `{release}` among its words");
    }
  }
  return Done{};
}

Status check_addresses(const Node& node, const IntentDrill& drill) {
  std::vector<Variable> all = drill.backends;
  all.push_back({"balancer", drill.balancer});
  for (const Variable& address : all) {
    if (!is_address(address.value)) {
      return usage(node, "`" + address.value + "` of drill `" + drill.name +
                             "` is no base address; expected `http://host:port`");
    }
  }
  for (const Variable& probe : drill.verify) {
    if (!probe.name.starts_with('/')) {
      return usage(node, "`" + probe.name + "` under `verify` of drill `" + drill.name +
                             "` is no path; it begins with `/`");
    }
  }
  return Done{};
}

Status check_windows(const Node& node, const IntentDrill& drill) {
  for (const std::string& window : drill.windows) {
    if (!parse_window(window)) {
      return usage(*node.find("windows"), "`" + window + "` of drill `" + drill.name +
                                              "` is no window; expected `Mon-Thu 09:00-15:00`");
    }
  }
  return Done{};
}

/// A link needs two colors to choose from, each with an address and a target, and a way to reload.
Status check_colors(const Node& node, const IntentDrill& drill) {
  const bool any = !drill.link.empty() || !drill.upstreams.empty() || !drill.reload.empty();
  if (!any) {
    return Done{};
  }
  const bool same = drill.upstreams.size() == drill.backends.size() &&
                    std::ranges::all_of(drill.upstreams, [&](const Variable& upstream) {
                      return std::ranges::any_of(drill.backends, [&](const Variable& backend) {
                        return backend.name == upstream.name;
                      });
                    });
  if (drill.link.empty() || drill.reload.empty() || drill.upstreams.size() < 2 || !same) {
    return usage(
        node,
        "drill `" + drill.name +
            "` is blue/green: it needs `link`, `reload`, and the same colors, at least two, under "
            "`upstreams` and `backends`");
  }
  return Done{};
}

Result<IntentDrill> read_drill(const Node& name, const Node& node) {
  IntentDrill drill;
  drill.name = name.text();
  drill.environment = node.text_under("environment");
  drill.deploy = node.texts_under("deploy");
  drill.digest = node.texts_under("digest");
  drill.reload = node.texts_under("reload");
  drill.lock = node.text_under("lock");
  drill.state = node.text_under("state");
  drill.balancer = node.text_under("balancer");
  drill.backends = named_texts(node, "backends");
  drill.link = node.text_under("link");
  drill.upstreams = named_texts(node, "upstreams");
  drill.version_path = text_or(node, "version_path", drill.version_path);
  drill.version_member = text_or(node, "version_member", drill.version_member);
  drill.version_of = text_or(node, "version_of", drill.version_of);
  drill.verify = named_texts(node, "verify");
  drill.path = node.texts_under("path");
  drill.stop_file = node.text_under("stop_file");
  drill.approvers = node.text_under("approvers");
  drill.windows = node.texts_under("windows");
  drill.where = name.where();
  MUSTER_CHECK_OK(read_numbers(node, drill));
  MUSTER_CHECK_OK(check_commands(node, drill));
  MUSTER_CHECK_OK(check_addresses(node, drill));
  MUSTER_CHECK_OK(check_colors(node, drill));
  MUSTER_CHECK_OK(check_windows(node, drill));
  if (drill.path.empty()) {
    return usage(*node.find("path"),
                 "`path` of drill `" + drill.name + "` names no file; list what a rollback runs");
  }
  return drill;
}

}  // namespace

Result<std::vector<IntentDrill>> read_drills(const Node& drills,
                                             const std::vector<IntentEnvironment>& environments) {
  std::vector<IntentDrill> all;
  for (std::size_t i = 0; i < drills.size(); ++i) {
    MUSTER_TRY(IntentDrill drill, read_drill(drills.key_at(i), drills.at(i)));
    const bool known = std::ranges::any_of(environments, [&](const IntentEnvironment& environment) {
      return environment.name == drill.environment;
    });
    if (!known) {
      return usage(drills.at(i), "drill `" + drill.name + "` is of environment `" +
                                     drill.environment + "`, which muster.yaml does not declare");
    }
    all.push_back(std::move(drill));
  }
  return all;
}

}  // namespace muster
