// Canonical JSON by nlohmann's sorted objects.
#include "drills/plan.h"

#include <nlohmann/json.hpp>

#include "checks/core/digest.h"
#include "drills/words.h"

namespace muster::drills {
namespace {

using nlohmann::json;

struct TextField {
  const char* key;
  std::string IntentDrill::* field;
};

constexpr TextField kTexts[] = {
    {"name", &IntentDrill::name},
    {"environment", &IntentDrill::environment},
    {"lock", &IntentDrill::lock},
    {"state", &IntentDrill::state},
    {"balancer", &IntentDrill::balancer},
    {"link", &IntentDrill::link},
    {"version_path", &IntentDrill::version_path},
    {"version_member", &IntentDrill::version_member},
    {"version_of", &IntentDrill::version_of},
    {"stop_file", &IntentDrill::stop_file},
    {"approvers", &IntentDrill::approvers},
};

struct ListField {
  const char* key;
  std::vector<std::string> IntentDrill::* field;
};

constexpr ListField kLists[] = {
    {"deploy", &IntentDrill::deploy},   {"digest", &IntentDrill::digest},
    {"reload", &IntentDrill::reload},   {"path", &IntentDrill::path},
    {"windows", &IntentDrill::windows},
};

struct MapField {
  const char* key;
  std::vector<Variable> IntentDrill::* field;
};

constexpr MapField kMaps[] = {
    {"backends", &IntentDrill::backends},
    {"upstreams", &IntentDrill::upstreams},
    {"verify", &IntentDrill::verify},
};

struct NumberField {
  const char* key;
  unsigned IntentDrill::* field;
};

constexpr NumberField kNumbers[] = {
    {"objective_seconds", &IntentDrill::objective_seconds},
    {"max_lost", &IntentDrill::max_lost},
    {"max_age_days", &IntentDrill::max_age_days},
    {"timeout_seconds", &IntentDrill::timeout_seconds},
    {"rate", &IntentDrill::rate},
};

json target_json(const IntentDrill& target) {
  json all = json::object();
  for (const TextField& text : kTexts) {
    all[text.key] = target.*text.field;
  }
  for (const ListField& list : kLists) {
    all[list.key] = target.*list.field;
  }
  for (const MapField& map : kMaps) {
    // A list of pairs: the order of the file stays, two equal names stay two.
    all[map.key] = json::array();
    for (const Variable& entry : target.*map.field) {
      all[map.key].push_back({entry.name, entry.value});
    }
  }
  for (const NumberField& number : kNumbers) {
    all[number.key] = target.*number.field;
  }
  return all;
}

/// Throws json::exception when something is missing or of another type.
IntentDrill read_target(const json& all) {
  IntentDrill target;
  for (const TextField& text : kTexts) {
    target.*text.field = all.at(text.key).get<std::string>();
  }
  for (const ListField& list : kLists) {
    target.*list.field = all.at(list.key).get<std::vector<std::string>>();
  }
  for (const MapField& map : kMaps) {
    for (const json& entry : all.at(map.key)) {
      (target.*map.field)
          .push_back({entry.at(0).get<std::string>(), entry.at(1).get<std::string>()});
    }
  }
  for (const NumberField& number : kNumbers) {
    target.*number.field = all.at(number.key).get<unsigned>();
  }
  return target;
}

json release_json(const Release& release) {
  return {{"name", release.name}, {"digest", release.digest}, {"version", release.version}};
}

Release read_release(const json& all) {
  return {all.at("name").get<std::string>(), all.at("digest").get<std::string>(),
          all.at("version").get<std::string>()};
}

json path_json(const Plan& plan) {
  json files = json::array();
  for (const PathFile& file : plan.path) {
    files.push_back({file.name, file.sha256});
  }
  return files;
}

EnvironmentClass class_of(const std::string& word) {
  for (const EnvironmentClass kind :
       {EnvironmentClass::Production, EnvironmentClass::Staging, EnvironmentClass::Development}) {
    if (word == to_string(kind)) {
      return kind;
    }
  }
  return EnvironmentClass::Unknown;
}

}  // namespace

std::string to_json(const Plan& plan) {
  return json{{"schema", "muster.drill-plan/1"}, {"target", target_json(plan.target)},
              {"class", to_string(plan.kind)},   {"root", plan.root},
              {"from", release_json(plan.from)}, {"to", release_json(plan.to)},
              {"baseline", plan.baseline},       {"path", path_json(plan)}}
      .dump();
}

Result<Plan> parse_plan(std::string_view text) {
  try {
    const json all = json::parse(text);
    Plan plan;
    plan.target = read_target(all.at("target"));
    plan.kind = class_of(all.at("class").get<std::string>());
    plan.root = all.at("root").get<std::string>();
    plan.from = read_release(all.at("from"));
    plan.to = read_release(all.at("to"));
    plan.baseline = all.at("baseline").get<std::string>();
    for (const json& file : all.at("path")) {
      plan.path.push_back({file.at(0).get<std::string>(), file.at(1).get<std::string>()});
    }
    return plan;
  } catch (const json::exception&) {
    return Error{ErrorCode::Invalid, "this is no plan of a drill", {}};
  }
}

std::string plan_id(const Plan& plan) {
  return hex(sha256(to_json(plan)));
}

std::string path_hash(const Plan& plan) {
  return hex(sha256(path_json(plan).dump()));
}

std::string version_of(const IntentDrill& target, std::string_view release) {
  const std::size_t colon = release.rfind(':');
  const std::string_view tag =
      colon == std::string_view::npos ? release : release.substr(colon + 1);
  return filled(target.version_of, {{"{release}", release}, {"{tag}", tag}});
}

std::vector<std::string> steps_of(const Plan& plan) {
  const std::string settled = "every backend must tell it, 12 times over 600 ms";
  return {
      "look: `" + plan.from.name + "` must run, settled, and be the newest change (" +
          plan.baseline + ")",
      "arm a watchdog that puts `" + plan.from.name + "` back if this program is gone",
      "measure " + std::to_string(plan.target.rate) + " requests a second at " +
          plan.target.balancer,
      "roll back to `" + plan.to.name + "` (version " + plan.to.version + "; " + settled + ")",
      "roll forward to `" + plan.from.name + "` (version " + plan.from.version + "; " + settled +
          ")",
      "judge: back within " + std::to_string(plan.target.objective_seconds) + " s, at most " +
          std::to_string(plan.target.max_lost) + " requests lost",
  };
}

}  // namespace muster::drills
