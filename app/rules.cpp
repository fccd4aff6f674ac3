// The catalogue as a table, as one page, or as JSON.
#include "app/rules.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>
#include <vector>

#include "checks/core/rule.h"
#include "checks/text/did_you_mean.h"

namespace muster::app {
namespace {

using nlohmann::ordered_json;

ordered_json summary_json(const Rule& rule) {
  return {
      {"id", rule.id},       {"area", rule.area},           {"severity", to_string(rule.severity)},
      {"title", rule.title}, {"reference", rule.reference}, {"controls", rule.controls}};
}

ordered_json full_json(const Rule& rule) {
  ordered_json json = summary_json(rule);
  json["confidence"] = rule.confidence;
  json["message"] = rule.message;
  json["why"] = rule.why;
  json["fix"] = rule.fix_steps;
  json["references"] = rule.references;
  json["aliases"] = rule.aliases;
  json["since"] = rule.since;
  json["tags"] = rule.tags;
  return json;
}

void list_text(const Console& console) {
  for (const Rule& rule : all_rules()) {
    console.out << fmt::format("{:<42} {:<9} {}\n", rule.id, to_string(rule.severity), rule.title);
  }
  console.out << fmt::format("\n{} rules. `muster rules show ID` explains one.\n",
                             all_rules().size());
}

void list_json(const Console& console) {
  ordered_json rules = ordered_json::array();
  for (const Rule& rule : all_rules()) {
    rules.push_back(summary_json(rule));
  }
  console.out << ordered_json{{"rules", rules}}.dump(2) << "\n";
}

void show_text(const Rule& rule, const Console& console) {
  console.out << fmt::format("{}  ({}, since {})\n{}\n\n{}\n\nHow to fix it\n", rule.id,
                             to_string(rule.severity), rule.since, rule.title, rule.why);
  for (const std::string_view step : rule.fix_steps) {
    console.out << fmt::format("  - {}\n", step);
  }
  for (const auto& [name, text] : {std::pair{"aws cli", rule.fix_cli},
                                   {"terraform", rule.fix_terraform},
                                   {"workflow", rule.fix_workflow}}) {
    if (!text.empty()) {
      console.out << fmt::format("\n{}:\n{}\n", name, text);
    }
  }
  console.out << "\nRead more\n";
  for (const std::string_view reference : rule.references) {
    console.out << fmt::format("  - {}\n", reference);
  }
}

int unknown_rule(const std::string& id, const Console& console) {
  std::vector<std::string_view> known;
  for (const Rule& rule : all_rules()) {
    known.push_back(rule.id);
  }
  const std::string hint = text::did_you_mean(id, known);
  return report_error(console, {ErrorCode::Usage,
                                "no rule is called `" + id + "`" +
                                    (hint.empty() ? "; `muster rules list` shows all" : hint),
                                {}});
}

}  // namespace

int run_rules(const RulesOptions& options, const Console& console) {
  if (options.id.empty()) {
    options.json ? list_json(console) : list_text(console);
    return kClean;
  }
  const Rule* rule = find_rule(options.id);
  if (rule == nullptr) {
    return unknown_rule(options.id, console);
  }
  if (options.json) {
    console.out << full_json(*rule).dump(2) << "\n";
  } else {
    show_text(*rule, console);
  }
  return kClean;
}

}  // namespace muster::app
