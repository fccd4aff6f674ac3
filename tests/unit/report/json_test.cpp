// report.json read back by another reader: nothing is lost, nothing is changed.
#include "report/json.h"

#include <doctest/doctest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/unit/report/sample.h"

namespace muster::report {
namespace {

using nlohmann::json;

json place_of(const SourceRef& where) {
  return {{"file", where.source.path()},
          {"line", where.span.line},
          {"column", where.span.column},
          {"end_line", where.span.end_line},
          {"end_column", where.span.end_column}};
}

void check_item(const json& read, const Item& item) {
  const Outcome& outcome = item.outcome;
  CAPTURE(outcome.fingerprint);
  CHECK(read["rule"] == outcome.rule);
  CHECK(read["outcome"] == to_string(outcome.kind));
  CHECK(read["severity"] == to_string(outcome.severity));
  CHECK(read["area"] == item.rule->area);
  CHECK(read["environment"] == outcome.environment);
  CHECK(read["asset"] == json{{"kind", outcome.asset.kind}, {"id", outcome.asset.id}});
  CHECK(read["anchor"] == outcome.anchor);
  CHECK(read["location"] == place_of(outcome.where));
  CHECK(read["message"] == outcome.message);
  CHECK(read["reason"] == outcome.reason);
  CHECK(read["fingerprint"] == outcome.fingerprint);
  CHECK(read["related"].size() == outcome.related.size());
  for (std::size_t i = 0; i < outcome.related.size(); ++i) {
    CHECK(read["related"][i]["note"] == outcome.related[i].note);
    CHECK(read["related"][i]["location"] == place_of(outcome.related[i].where));
  }
  CHECK(read["witness"].is_null() == outcome.witness.fields.empty());
  for (const WitnessField& field : outcome.witness.fields) {
    CHECK(read["witness"]["fields"][field.name] == field.values);
  }
  const bool finding = outcome.kind == OutcomeKind::Fail;
  CHECK(read["state"] == (finding ? json(to_string(item.state)) : json()));
  CHECK(read["first_seen"] == (finding ? json(to_utc(item.first_seen)) : json()));
}

TEST_CASE("every outcome comes back as it went in, in the report's order") {
  for (const std::string text : {"acme/shop", "say \"no\" \\ </script> \u00e4 {{X}} %s ##[group]x",
                                 "\x1B[31m\u202E\x80", "a\nb\tc", ""}) {
    CAPTURE(text);
    const Report report = sample::report(text);
    const json read = json::parse(to_json(report));
    std::vector<const Item*> items;
    for (const Group& group : report.groups) {
      for (const Item& item : group.items) {
        items.push_back(&item);
      }
    }
    for (const std::vector<Item>* list : {&report.undecided, &report.passes}) {
      for (const Item& item : *list) {
        items.push_back(&item);
      }
    }
    REQUIRE(read["outcomes"].size() == items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
      // A file without a name has no place; the sample's empty text makes one.
      if (!text.empty()) {
        check_item(read["outcomes"][i], *items[i]);
      }
    }
  }
}

TEST_CASE("fields of a witness with one name keep all values, a field without values stays") {
  Run run = sample::run("x");
  run.result.outcomes.resize(1);
  run.result.outcomes[0].witness.fields = {
      {"sub\u200B", {"a"}}, {"sub\u200B", {"b", "c"}}, {"values", {}}};
  const Report report = make_report(run, {}, Intent{}, Severity::Low);
  const json fields = json::parse(to_json(report))["outcomes"][0]["witness"]["fields"];
  CHECK(fields == json{{"sub\\u{200b}", {"a", "b", "c"}}, {"values", json::array()}});
}

TEST_CASE("equal reports give equal bytes, and no line is a command to a runner") {
  const std::string text = to_json(sample::report("##[add-mask]a"));
  CHECK(text == to_json(sample::report("##[add-mask]a")));
  CHECK(text.find("##[") == std::string::npos);
  CHECK(json::parse(text)["run"]["repository"] == "##[add-mask]a");
}

TEST_CASE("fixed counts only what its rule saw passing, closed counts all") {
  const json read = json::parse(to_json(sample::report("x")));
  CHECK(read["summary"]["fixed"] == 1);
  CHECK(read["summary"]["closed"] == 2);
  CHECK(read["closed"].size() == 2);
  CHECK(read["summary"]["not_rechecked"] == 1);
  REQUIRE(read["not_rechecked"].size() == 1);
  CHECK(read["not_rechecked"][0]["close_reason"].is_null());
}

}  // namespace
}  // namespace muster::report
