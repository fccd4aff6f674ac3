// A finding that somebody accepted stays in sight in every format, and does not fail the gate.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "report/html.h"
#include "report/json.h"
#include "report/terminal.h"
#include "tests/unit/report/sample.h"

namespace muster::report {
namespace {

Report accepted_report() {
  Run run = sample::run("acme/shop");
  Outcome waived = sample::outcome("iam-escalation-path", OutcomeKind::Waived, Severity::Critical,
                                   "arn:aws:iam::111122223333:role/deploy");
  waived.message = "the role reaches rights of an administrator";
  waived.reason = "accepted until 2026-12-31: the hosts go in May";
  run.result.outcomes = {waived};
  run.result.not_covered.clear();
  return make_report(run, sample::delta("x"), Intent{}, Severity::Low);
}

TEST_CASE("an accepted finding is listed with its reason and fails nothing") {
  const Report report = accepted_report();
  CHECK(report.gate.verdict == Verdict::Passes);
  CHECK(report.counts.waived == 1);
  const auto json = nlohmann::json::parse(to_json(report));
  REQUIRE(json["outcomes"].size() == 1);
  CHECK(json["outcomes"][0]["outcome"] == "waived");
  CHECK(json["outcomes"][0]["reason"] == "accepted until 2026-12-31: the hosts go in May");
  const std::string words = to_terminal(report, {false, 200, {}});
  CHECK(words.find("Accepted for now (1 finding)") != std::string::npos);
  CHECK(words.find("the hosts go in May") != std::string::npos);
  const auto page = to_html(report);
  REQUIRE(page.ok());
  CHECK(page.value().find("Accepted for now") != std::string::npos);
  CHECK(page.value().find("accepted until 2026-12-31: the hosts go in May") != std::string::npos);
}

TEST_CASE("a page without accepted findings does not speak of them") {
  const auto page = to_html(sample::report("x"));
  REQUIRE(page.ok());
  CHECK(page.value().find("Accepted for now") == std::string::npos);
}

}  // namespace
}  // namespace muster::report
