// Expressions with all contexts known, as tables. The random comparison with GitHub's own evaluator
// is tests/scripts/expressions.test.mjs.
#include "checks/workflow/calculate.h"

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace muster;
using namespace muster::workflow;

namespace {

constexpr std::array<std::string_view, 3> kContexts = {"github", "inputs", "needs"};

/// The value as JSON, or the error behind `!`; `?` in front of what is no expression.
std::string value_of(std::string_view expression) {
  const auto data = text::parse_json(
      R"({"github":{"ref":"refs/heads/main","n":1e-7,"list":[{"a":1},{"A":[2]},3]},
          "inputs":{"flag":true,"x-y":"z"},"needs":{}})",
      SourceId("contexts.json"));
  const auto parsed = parse_expression(expression, {kContexts, status_functions()});
  if (!parsed) {
    return "?" + parsed.error().message;
  }
  DataPool pool;
  const Datum contexts = pool.read(data.value().root());
  const auto value = calculate(parsed.value(), contexts, RunStatus::Failure, pool);
  return value ? to_json_text(value.value(), pool) : "!" + value.error().message;
}

struct Row {
  const char* name;
  std::string_view expression, value;
};

}  // namespace

TEST_CASE("values are coerced and compared as GitHub does") {
  for (const Row& row : {
           Row{"case of letters", "GitHub.REF == 'REFS/heads/main'", "true"},
           Row{"a boolean and its name", "inputs.flag == 'true'", "false"},
           Row{"null and nothing", "github.none == ''", "true"},
           Row{"not a number", "NaN == NaN || 'x' < 1", "false"},
           Row{"hexadecimal text", "' 0x1F ' == 31", "true"},
           Row{"capitals compare", "'a' < '_'", "true"},
           Row{"an operand comes out", "inputs.none && 'a' || 'b'", "\"b\""},
           Row{"objects are themselves", "github == github && github.list.* != github.list.*",
               "true"},
           Row{"status", "failure() && !success()", "true"},
           Row{"a number as text", "format('{0}|{1}', github.n, 1e21)", "\"1e-7|1e+21\""},
       }) {
    CAPTURE(row.name);
    CHECK(value_of(row.expression) == row.value);
  }
}

TEST_CASE("properties, filters and functions") {
  for (const Row& row : {
           Row{"a name with a hyphen", "inputs.x-y", "\"z\""},
           Row{"a filter", "join(github.list.*.a, '+')", "\"1+Array\""},
           Row{"nothing to filter", "toJSON(needs.*.result)", "\"[]\""},
           Row{"an index", "github.list[0]['A']", "1"},
           Row{"an index of nothing", "github.list[9].a.b", "null"},
           Row{"the first true case", "case(false, 1, true, fromJSON('[2]')[0], 3)", "2"},
           Row{"braces", "format('{{{0}}}', 1)", "\"{1}\""},
           Row{"an error that is not looked at", "false && fromJSON('{')", "false"},
           Row{"an error that is", "true && fromJSON('{')", "!`fromJSON` is given what is no JSON"},
       }) {
    CAPTURE(row.name);
    CHECK(value_of(row.expression) == row.value);
  }
}

TEST_CASE("what is no expression is told") {
  for (const Row& row : {
           Row{"nothing", " ", "?unexpected symbol `the end`"},
           Row{"double quotes", "\"a\"", "?unexpected symbol `\"a\"`"},
           Row{"an unknown name", "True", "?`True` is no context that may stand here"},
           Row{"an unknown function", "hashFiles('x')",
               "?`hashfiles` is no function that may stand here"},
           Row{"too few arguments", "contains('a')", "?`contains` does not take 1 arguments"},
           Row{"a negative hexadecimal", "-0x10", "?unexpected symbol `-0x10`"},
           Row{"an open text", "'a", "?unexpected symbol `'a`"},
           Row{"one operand", "1 &&", "?unexpected symbol `the end`"},
       }) {
    CAPTURE(row.name);
    CHECK(value_of(row.expression) == row.value);
  }
  const std::string deep = std::string(49, '(').append("1").append(49, ')');
  CHECK(value_of(deep) == "1");
  CHECK(value_of("(" + deep + ")").starts_with("?"));
  CHECK(value_of(std::string(200'000, '!')).starts_with("?"));
}
