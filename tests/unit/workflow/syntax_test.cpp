// What is a workflow and what is not, as tables. The comparison with GitHub's own parser is
// tests/scripts/workflow_parser.test.mjs.
#include "checks/workflow/syntax.h"

#include <doctest/doctest.h>

#include <string>

#include "checks/workflow/model.h"

using namespace muster;
using namespace muster::workflow;

namespace {

/// The error with its place, or nothing.
std::string error_of(const std::string& text) {
  const auto workflow = parse_workflow(text, SourceId("w.yml"));
  return workflow ? ""
                  : to_string(workflow.error().where.value_or(SourceRef{})) + ": " +
                        workflow.error().message;
}

std::string in_job(const std::string& lines) {
  return "on: push\njobs:\n  a:\n    runs-on: x\n" + lines + "    steps: [{run: make}]\n";
}

struct Row {
  const char* name;
  std::string text, error;
};

}  // namespace

TEST_CASE("what GitHub refuses is an error with its place") {
  for (const Row& row : {
           Row{"a key of no meaning", in_job("    enviroment: x\n"),
               "w.yml:5:5: unknown key `enviroment`; did you mean `environment`?"},
           Row{"a context that is not there yet", in_job("    if: env.X == 'a'\n"),
               "w.yml:5:9: `env` is no context that may stand here"},
           Row{"secrets in a condition", in_job("    if: secrets.X != ''\n"),
               "w.yml:5:9: `secrets` is no context that may stand here"},
           Row{"a number in quotes", in_job("    timeout-minutes: '30'\n"),
               "w.yml:5:22: expected a number, found `30`"},
           Row{"an empty mapping", in_job("    env:\n"),
               "w.yml:5:9: expected a mapping, found nothing"},
           Row{"an id", in_job("    outputs: {x: \"${{ steps.a.outputs.b\"}\n"),
               "w.yml:5:18: `${{` is not closed by `}}`"},
           Row{"a schedule",
               "on: {schedule: [{cron: '0 25 * * *'}]}\njobs: {a: {runs-on: x, steps: "
               "[{run: x}]}}\n",
               "w.yml:1:24: `0 25 * * *` is no schedule: five fields for minute, hour, day, month, "
               "weekday"},
           Row{"a wait for nothing",
               "on: push\njobs: {a: {runs-on: x, steps: [{run: x}, {wait: b}]}}\n",
               "w.yml:2:49: no step before this one has the id `b`"},
           Row{"a choice without options",
               "on: {workflow_dispatch: {inputs: {x: {type: choice}}}}\njobs: {a: {runs-on: x, "
               "steps: [{run: x}]}}\n",
               "w.yml:1:38: input `x` of type `choice` needs `options`"},
       }) {
    CAPTURE(row.name);
    CHECK(error_of(row.text) == row.error);
  }
  for (const char* lines :
       {"    if: ${{ always() && hashFiles == 1 }}\n", "    container: {ports: [80]}\n",
        "    runs-on: y\n", "    concurrency: {queue: all, group: a}\n"}) {
    CAPTURE(lines);
    CHECK_FALSE(error_of(in_job(lines)).empty());
  }
}

TEST_CASE("what GitHub accepts is read") {
  for (const char* lines :
       {"    env: {A: 1.10, B: true, C: ~}\n", "    permissions: {id-token: write, models: read}\n",
        "    concurrency: {group: a, queue: max}\n", "    timeout-minutes: ${{ inputs.x }}\n",
        "    environment: {name: x, deployment: false}\n",
        "    strategy: ${{ fromJSON(vars.X) }}\n",
        "    env:\n      ${{ insert }}: ${{ fromJSON(vars.X) }}\n"}) {
    CAPTURE(lines);
    CHECK(error_of(in_job(lines)).empty());
  }
  const auto workflow = parse_workflow(in_job("    env: {A: 1.10}\n"), SourceId("w.yml"));
  CHECK(workflow.value().jobs[0].env[0].value.value == "1.1");
}

TEST_CASE("conditions are completed as GitHub does") {
  struct Condition {
    const char* name;
    std::string_view text, completed;
  };

  for (const Condition& row : {
           Condition{"nothing", "", "success()"},
           Condition{"bare", " github.ref == 'x' ", "success() && (github.ref == 'x')"},
           Condition{"an expression", "${{ github.ref == 'x' }}",
                     "success() && (github.ref == 'x')"},
           Condition{"a status inside", "contains(toJSON(failure()), 'x')",
                     "contains(toJSON(failure()), 'x')"},
           Condition{"a status in quotes", "github.ref == 'always()'",
                     "success() && (github.ref == 'always()')"},
           Condition{"text around", "${{ github.ref == 'x' }} && 'y'",
                     "success() && (format('{0} && ''y''', github.ref == 'x'))"},
           Condition{"text alone", "${{ 'true' }}", "success() && (true)"},
       }) {
    CAPTURE(row.name);
    const auto completed = normalised_condition(row.text, true);
    REQUIRE(completed.ok());
    CHECK(completed.value() == row.completed);
  }
  CHECK_FALSE(normalised_condition("'failure", true).ok());
  CHECK_FALSE(normalised_condition("hashFiles('x') != ''", true).ok());
  CHECK(normalised_condition("hashFiles('x') != ''", false).ok());
}

TEST_CASE("what is too much to judge is refused by name of the bound") {
  std::string jobs = "on: push\njobs:\n";
  for (std::size_t i = 0; i <= kMostJobs; ++i) {
    jobs += "  j" + std::to_string(i) + ": {runs-on: x, steps: [{run: make}]}\n";
  }
  CHECK(error_of(jobs) == "w.yml:303:3: the workflow has 301 jobs; more than 300 are not judged");

  std::string steps = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n";
  for (std::size_t i = 0; i < kMostSteps; ++i) {
    steps += "      - run: make\n";
  }
  CHECK(error_of(steps).empty());
  CHECK(error_of(steps + "      - run: make\n") ==
        "w.yml:1006:9: more than 1000 steps in a row are not judged");
  CHECK(error_of(steps + "      - parallel: [{run: make}]\n") ==
        "w.yml:1006:9: more than 1000 steps in a row are not judged");

  std::string env = "    env:\n";
  for (std::size_t i = 0; i <= 1'000; ++i) {
    env += "      V" + std::to_string(i) + ": x\n";
  }
  CHECK(error_of(in_job(env)) ==
        "w.yml:1006:7: `env` has more than 1000 entries, which are not judged");
}
