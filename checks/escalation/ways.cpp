// Read once; the data file is part of the program, so a mistake in it is a mistake of the build.
#include "checks/escalation/ways.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "checks/core/rule.h"
#include "checks/text/tree.h"

namespace muster::escalation {
namespace {

using text::Node;
using text::Type;

constexpr std::array<std::pair<std::string_view, Category>, 6> kCategories = {
    {{"new-passrole", Category::NewPassRole},
     {"existing-passrole", Category::ExistingPassRole},
     {"principal-access", Category::PrincipalAccess},
     {"self-escalation", Category::SelfEscalation},
     {"artifact", Category::Artifact},
     {"trust-tampering", Category::TrustTampering}}};

constexpr std::array<std::pair<std::string_view, On>, 17> kOns = {
    {{"role", On::PassedRole},
     {"new", On::New},
     {"existing", On::Existing},
     {"carrier", On::Carrier},
     {"user", On::User},
     {"target-role", On::Role},
     {"group", On::Group},
     {"own-user", On::OwnUser},
     {"own-role", On::OwnRole},
     {"own-group", On::OwnGroup},
     {"own-policy", On::OwnPolicy},
     {"own-policy-version", On::OwnPolicyVersion},
     {"user-boundary", On::UserBoundary},
     {"role-boundary", On::RoleBoundary},
     {"permission-set", On::PermissionSet},
     {"artifact", On::Artifact},
     {"provider", On::Provider}}};

template <class Table>
auto named(const Table& table, std::string_view name) {
  const auto* const found = std::find_if(table.begin(), table.end(),
                                         [&](const auto& entry) { return entry.first == name; });
  assert(found != table.end());
  return found->second;
}

std::vector<Step> steps_of(const Node& list) {
  std::vector<Step> steps;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Node step = list.at(i);
    steps.push_back(
        {step.text_under("action"), named(kOns, step.text_under("on")), step.texts_under("types")});
  }
  return steps;
}

std::vector<KeyValue> keys_of(const std::optional<Node>& map) {
  std::vector<KeyValue> keys;
  for (std::size_t i = 0; map && i < map->size(); ++i) {
    const Node value = map->at(i);
    keys.push_back({std::string(map->key_at(i).text()), {}});
    if (!value.is(Type::Null)) {
      keys.back().value = std::string(value.text());
    }
  }
  return keys;
}

Way way_of(const Node& node) {
  return {node.text_under("id"),         named(kCategories, node.text_under("category")),
          node.text_under("does"),       steps_of(*node.find("steps")),
          node.texts_under("passed_to"), node.texts_under("carriers"),
          node.texts_under("fields"),    node.text_under("carrier_service"),
          node.texts_under("document"),  node.flag_under("host"),
          node.text_under("tagging"),    node.flag_under("profile"),
          node.texts_under("ways"),      node.text_under("no_way"),
          node.text_under("artifact"),   node.text_under("open"),
          keys_of(node.find("keys"))};
}

struct Data {
  std::string date;
  std::vector<Way> ways;
};

Data read_data() {
  constexpr std::string_view kName = "escalations.json";
  const auto tree = text::parse_json(std::string(data_file(kName)), SourceId(std::string(kName)));
  assert(tree.ok());
  const Node root = tree.value().root();
  Data data{root.text_under("date"), {}};
  const Node list = *root.find("escalations");
  for (std::size_t i = 0; i < list.size(); ++i) {
    data.ways.push_back(way_of(list.at(i)));
  }
  std::ranges::sort(data.ways, {}, &Way::id);
  return data;
}

const Data& data() {
  static const Data kData = read_data();
  return kData;
}

}  // namespace

const char* to_string(Category category) {
  const auto* const found =
      std::find_if(kCategories.begin(), kCategories.end(),
                   [&](const auto& entry) { return entry.second == category; });
  return found->first.data();
}

const std::vector<Way>& ways() {
  return data().ways;
}

const Way* find_way(std::string_view id) {
  const auto found = std::ranges::lower_bound(
      data().ways, id, {}, [](const Way& way) { return std::string_view(way.id); });
  return found == data().ways.end() || found->id != id ? nullptr : &*found;
}

std::string_view ways_date() {
  return data().date;
}

}  // namespace muster::escalation
