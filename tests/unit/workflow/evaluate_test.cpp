// Expressions over sets of values. Expected values follow GitHub's documented rules: comparison
// ignores the case of texts and turns mixed types into numbers; `&&` and `||` give an operand.
#include "checks/workflow/evaluate.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "checks/workflow/postfix.h"

namespace muster::workflow {
namespace {

using Type = Value::Type;

/// `github.name` is known, `either.way` is one of two texts, `open.ref` begins with `refs/heads/`.
ValueSet look_up(std::string_view name) {
  if (name == "github.name") {
    return {{{Type::Text, "Shop"}}, true, {}};
  }
  if (name == "either.way") {
    return {{{Type::Text, "a"}, {Type::Text, "b"}}, true, {}};
  }
  if (name == "input.flag") {
    return {{scalar("true")}, true, {}};
  }
  if (name == "open.ref") {
    return {{{Type::Text, std::string("refs/heads/") + kRest, true}}, true, {}};
  }
  return unknown_value(name);
}

/// `a|b`, with `?` behind when more is possible.
std::string shown(const ValueSet& set) {
  std::string text;
  for (std::size_t i = 0; i < set.values.size(); ++i) {
    text += (i > 0 ? "|" : "") + set.values[i].text;
  }
  return text + (set.known ? "" : "?");
}

TEST_CASE("an expression has the value that GitHub gives it") {
  struct Row {
    const char* name;
    const char* expression;
    const char* value;
  };

  for (const Row& row : {
           Row{"a text", "'it''s'", "it's"},
           Row{"a number is shown without trailing zeros", "1.50", "1.5"},
           Row{"a hexadecimal number", "0x1F", "31"},
           Row{"an octal number", "0o17", "15"},
           Row{"texts are equal without case", "'MAIN' == 'main'", "true"},
           Row{"a name with brackets", "github['name'] == 'shop'", "true"},
           Row{"an element of a list", R"(contains(fromJSON('["Main", "next"]'), 'main'))", "true"},
           Row{"not an element, though a part of one", R"(contains(fromJSON('["main"]'), 'mai'))",
               "false"},
           Row{"an element is compared as a number", R"(contains(fromJSON('[1, 2]'), '2'))",
               "true"},
           Row{"a list counts as true", R"(fromJSON('[]') && 'yes')", "yes"},
           Row{"a list equals no text", R"(fromJSON('[]') == '')", "false"},
           Row{"a scalar from JSON", R"(fromJSON('false') || 'no')", "no"},
           Row{"null equals the empty text", "null == ''", "true"},
           Row{"null equals zero", "null == 0", "true"},
           Row{"false equals the empty text", "false == ''", "true"},
           Row{"false equals null", "false == null", "true"},
           Row{"true equals one", "true == 1", "true"},
           Row{"a text true is not the boolean", "'true' == true", "false"},
           Row{"a text is read as a number", "' 0x10 ' == 16", "true"},
           Row{"a text that is no number equals no number", "'abc' == 0", "false"},
           Row{"not a number equals nothing", "NaN == NaN", "false"},
           Row{"comparison is left-associative", "1 == 1 == true", "true"},
           Row{"unequal", "'a' != 'b'", "true"},
           Row{"and gives the last operand", "'a' && 'b'", "b"},
           Row{"and gives the first falsy operand", "0 && 'b'", "0"},
           Row{"or gives the first truthy operand", "'a' || 'b'", "a"},
           Row{"or gives the last operand", "'' || 'b'", "b"},
           Row{"an empty middle falls through", "true && '' || 'd'", "d"},
           Row{"not binds tighter than equality", "!false == true", "true"},
           Row{"and binds tighter than or", "true || false && false", "true"},
           Row{"a group", "(true || false) && false", "false"},
           Row{"the text 0 is true", "!'0'", "false"},
           Row{"the text false is true", "!'false'", "false"},
           Row{"zero is false", "!0", "true"},
           Row{"not a number is false", "!NaN", "true"},
           Row{"startsWith ignores case", "startsWith('Refs/x', 'refs/')", "true"},
           Row{"endsWith", "endsWith('release-dev', '-DEV')", "true"},
           Row{"contains", "contains('a-prod-b', 'prod')", "true"},
           Row{"format", "format('{0}-{1}-{0}', 'a', 'b')", "a-b-a"},
           Row{"always", "always()", "true"},
           Row{"a status is true or false", "failure()", "false|true"},
           Row{"function names have no case", "STARTSWITH('ab', 'a')", "true"},
       }) {
    CAPTURE(row.name);
    CHECK(shown(evaluate(row.expression, look_up)) == row.value);
  }
}

TEST_CASE("what is not known stays open, and only that") {
  struct Row {
    const char* name;
    const char* expression;
    const char* value;
  };

  for (const Row& row : {
           Row{"an unknown name", "vars.X", "?"},
           Row{"a comparison with it", "vars.X == 'a'", "false|true"},
           Row{"a conditional over it", "vars.X == 'a' && 'p' || 'd'", "d|p"},
           Row{"unknown or a text", "vars.X || 'd'", "d?"},
           Row{"an unknown falsy value is one of five", "vars.X && 'a'", "|false|0|NaN||a"},
           Row{"true whatever the other is", "true || vars.X", "true"},
           Row{"false whatever the other is", "false && vars.X", "false"},
           Row{"one of two", "either.way", "a|b"},
           Row{"one of two, compared", "either.way == 'a'", "false|true"},
           Row{"neither of two", "either.way == 'c'", "false"},
           Row{"a scalar from a file may be a boolean or a text", "input.flag == true",
               "false|true"},
           Row{"an unknown function", "hashFiles('x')", "?"},
           Row{"a property of a result", "fromJSON('{}').a == 'x'", "false|true"},
           Row{"an index", "matrix.list[0] == 'x'", "false|true"},
           Row{"order is not computed", "1 < 2", "false|true"},
           Row{"format of an unknown", "format('{0}', vars.X)", "?"},
           Row{"doubled braces in format", "format('{{0}}')", "?"},
       }) {
    CAPTURE(row.name);
    CHECK(shown(evaluate(row.expression, look_up)) == row.value);
  }
}

TEST_CASE("what does not parse is unknown, never a value") {
  for (const char* text :
       {"",      "'a",    "a b", "==",    "a ==", "(a",        "a)", "\"a\"", "f(",    "f(a,)",
        "f(,a)", "-0x10", "1+2", "a = b", "!",    "a && || b", ",",  "a[",    "True.", "1.2.3"}) {
    CAPTURE(text);
    CHECK(evaluate(text, look_up).may_be_true());
    CHECK(evaluate(text, look_up).may_be_false());
  }
  CHECK_FALSE(to_postfix(std::string(21'001, ' ')));
  CHECK(to_postfix(std::string(20'999, ' ').append("1")));
  const std::string deep = std::string(9'000, '(').append("1").append(9'000, ')');
  CHECK(shown(evaluate(deep, look_up)) == "1");
}

TEST_CASE("a ref of which only the beginning is known reports what it was compared with") {
  using Kind = RefTest::Kind;

  struct Row {
    const char* name;
    const char* expression;
    const char* value;
    std::vector<std::pair<Kind, std::string>> tests;
  };

  for (const Row& row : {
           Row{"equality",
               "open.ref == 'refs/heads/main'",
               "false",
               {{Kind::Equal, "refs/heads/main"}}},
           Row{"inequality",
               "'refs/heads/main' != open.ref",
               "true",
               {{Kind::Equal, "refs/heads/main"}}},
           Row{"a longer beginning",
               "startsWith(open.ref, 'refs/heads/v')",
               "false",
               {{Kind::Prefix, "refs/heads/v"}}},
           Row{"its own beginning", "startsWith(open.ref, 'refs/')", "true", {}},
           Row{"another beginning", "startsWith(open.ref, 'refs/tags/')", "false", {}},
           Row{"a part", "contains(open.ref, 'x')", "false|true", {{Kind::Other, ""}}},
           Row{"a part of the beginning", "contains(open.ref, 'heads')", "true", {}},
           Row{"its end", "endsWith(open.ref, 'x')", "false|true", {{Kind::Other, ""}}},
           Row{"itself", "open.ref == open.ref", "true", {}},
           Row{"an unknown", "open.ref == vars.X", "false|true", {{Kind::Other, ""}}},
       }) {
    CAPTURE(row.name);
    std::vector<RefTest> tests;
    CHECK(shown(evaluate(row.expression, look_up, &tests)) == row.value);
    REQUIRE(tests.size() == row.tests.size());
    for (std::size_t i = 0; i < tests.size(); ++i) {
      CHECK(tests[i].kind == row.tests[i].first);
      CHECK(tests[i].text == row.tests[i].second);
    }
  }
  CHECK(shown(evaluate("open.ref == 'refs/heads/main'", look_up)) == "false|true");
  CHECK(shown(evaluate("startsWith(open.ref, 'refs/heads/v')", look_up)) == "false|true");
}

TEST_CASE("a text is a number as JavaScript reads it") {
  struct Row {
    const char* text;
    std::optional<double> number;
  };

  for (const Row& row :
       {Row{"", 0.0}, Row{"  ", 0.0}, Row{" 12 ", 12.0}, Row{"1e3", 1000.0}, Row{".5", 0.5},
        Row{"+1", 1.0}, Row{"-1.5", -1.5}, Row{"0x10", 16.0}, Row{"0o17", 15.0},
        Row{"1_000", std::nullopt}, Row{"12a", std::nullopt}, Row{"0x", std::nullopt},
        Row{"-0x10", std::nullopt}, Row{"nan", std::nullopt}, Row{"inf", std::nullopt},
        Row{"0b1", std::nullopt}, Row{"-", std::nullopt}}) {
    CAPTURE(row.text);
    CHECK(to_number(row.text) == row.number);
  }
}

}  // namespace
}  // namespace muster::workflow
