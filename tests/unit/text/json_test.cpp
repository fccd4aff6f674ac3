// The JSON reader against tables of valid and invalid texts, and against another library.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "checks/text/tree.h"

namespace muster::text {
namespace {

Result<Tree> parse(std::string text, Limits limits = {}) {
  return parse_json(std::move(text), SourceId("x.json"), limits);
}

TEST_CASE("valid JSON is accepted") {
  for (const std::string text : {"null",
                                 "true",
                                 "false",
                                 "0",
                                 "-0",
                                 "1.5",
                                 "1e3",
                                 "1E+3",
                                 "1e-3",
                                 "-12.5e10",
                                 "\"\"",
                                 "\"a\"",
                                 "[]",
                                 "{}",
                                 " [ ] ",
                                 "[1,2]",
                                 "{\"a\":1}",
                                 "{\"a\":{\"b\":[]}}",
                                 "\"\\u00e9\"",
                                 "\"\\ud83d\\ude00\"",
                                 "\"\xC3\xA9\"",
                                 "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
                                 "\"\x7F\"",
                                 "\"\\u0000\"",
                                 "[[[]]]",
                                 "\t\r\n1\n",
                                 "{\"\":0}",
                                 "{\"a\":1,\"A\":2}",
                                 "\"\xF4\x8F\xBF\xBF\"",
                                 "123456789012345678901234567890",
                                 "1e9999",
                                 "[null,1,\"1\",{}]"}) {
    CAPTURE(text);
    CHECK(parse(text).ok());
  }
}

TEST_CASE("invalid JSON is refused with a place") {
  for (const std::string text : {"",
                                 " ",
                                 "nul",
                                 "True",
                                 "NaN",
                                 "Infinity",
                                 "01",
                                 "-",
                                 "-01",
                                 "+1",
                                 "1.",
                                 ".5",
                                 "1e",
                                 "1e+",
                                 "0x1",
                                 "1_0",
                                 "\"",
                                 "\"a",
                                 "'a'",
                                 "\"\\x\"",
                                 "\"\\u12\"",
                                 "\"\\u12g4\"",
                                 "\"\\ud800\"",
                                 "\"\\udc00\"",
                                 "\"\\ud800\\u0041\"",
                                 "\"\\ud800x\"",
                                 "\"\n\"",
                                 "\"\t\"",
                                 "[",
                                 "]",
                                 "[1",
                                 "[1,",
                                 "[1,]",
                                 "[,1]",
                                 "[1 2]",
                                 "[1,,2]",
                                 "{",
                                 "}",
                                 "{\"a\"",
                                 "{\"a\":",
                                 "{\"a\":1",
                                 "{\"a\":1,",
                                 "{\"a\":1,}",
                                 "{a:1}",
                                 "{'a':1}",
                                 "{1:2}",
                                 "{\"a\" 1}",
                                 "{\"a\":1 \"b\":2}",
                                 "{\"a\"::1}",
                                 "{,}",
                                 "1 2",
                                 "[] []",
                                 "{}x",
                                 "// c\n1",
                                 "/* */1",
                                 "[1]#",
                                 "\xEF\xBB\xBF{}",
                                 "\"\xFF\"",
                                 "\"\xC0\x80\"",
                                 "\"\xED\xA0\x80\"",
                                 "\"\xF5\x80\x80\x80\"",
                                 "\"\xE2\x82\"",
                                 "\xFF",
                                 "{\"a\":1,\"a\":2}",
                                 "{\"a\":1,\"\\u0061\":2}",
                                 "[\"a\"\"b\"]",
                                 "tru\n}",
                                 "[-]",
                                 "[1e1.5]",
                                 "nulll",
                                 "[true false]",
                                 "\"\\\""}) {
    CAPTURE(text);
    const auto tree = parse(text);
    REQUIRE_FALSE(tree.ok());
    CHECK(tree.error().where.has_value());
    CHECK(tree.error().where->span.line >= 1);
    CHECK_FALSE(tree.error().message.empty());
  }
  CHECK_FALSE(parse(std::string("123\0", 4)).ok());
  CHECK_FALSE(parse(std::string("\"\0\"", 3)).ok());
}

TEST_CASE("errors point at the exact character") {
  struct Row {
    const char* name;
    std::string text;
    std::string message;
  };

  for (const Row& row : std::vector<Row>{
           {"empty", "", "x.json:1:1: the document is empty, expected a JSON value"},
           {"second line", "{\n  \"a\": tru\n}",
            "x.json:2:8: expected a value; did you mean `true`?"},
           {"code points count, not bytes", "[\"\xC3\xA9\", x]", "x.json:1:7: expected a value"},
           {"duplicate key after unescaping", "{\"Effect\":1,\n \"\\u0045ffect\":2}",
            "x.json:2:2: the key `Effect` stands twice in this object"},
           {"bad byte inside a text", "{\n \"Id\":\"\xFF\"}",
            "x.json:2:8: this byte is not valid UTF-8"},
           {"trailing comma", "[1,]", "x.json:1:4: a comma before the closing bracket"}}) {
    CAPTURE(row.name);
    const auto tree = parse(row.text);
    REQUIRE_FALSE(tree.ok());
    CHECK(to_string(tree.error()) == row.message);
  }
}

TEST_CASE("keys and values carry spans, and texts are decoded") {
  const auto tree = parse("{\n  \"k\\u0065y\": [true, \"a\\nb\"]\n}");
  REQUIRE(tree.ok());
  const Node root = tree.value().root();
  CHECK(root.where().span == Span{1, 1, 3, 2});
  CHECK(root.key_at(0).text() == "key");
  CHECK(root.key_at(0).where().span == Span{2, 3, 2, 13});
  const Node list = *root.find("key");
  CHECK(list.size() == 2);
  CHECK(list.at(0).boolean() == true);
  CHECK(list.at(1).text() == "a\nb");
  CHECK(list.at(1).where().span == Span{2, 22, 2, 28});
  CHECK_FALSE(root.find("other"));
}

TEST_CASE("bounds on depth and size hold exactly") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(parse(nested(64)).ok());
  REQUIRE_FALSE(parse(nested(65)).ok());
  CHECK(parse(nested(65)).error().code == ErrorCode::Limit);
  CHECK(parse(std::string(100'000, '[')).error().code == ErrorCode::Limit);
  CHECK(parse("\"abc\"", {.bytes = 5}).ok());
  CHECK(parse("\"abcd\"", {.bytes = 5}).error().code == ErrorCode::Limit);
}

TEST_CASE("an object with many keys still sees a duplicate") {
  std::string text = "{";
  for (int i = 0; i < 1000; ++i) {
    text += "\"k" + std::to_string(i) + "\":0,";
  }
  CHECK(parse(text + "\"last\":0}").ok());
  CHECK_FALSE(parse(text + "\"k500\":0}").ok());
}

}  // namespace
}  // namespace muster::text
