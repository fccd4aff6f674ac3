// Whatever text goes in reads back as the same text, and comments stay comments.
#include "app/yaml_text.h"

#include <doctest/doctest.h>

#include "checks/text/tree.h"

namespace muster::app {
namespace {

TEST_CASE("scalars are plain where they can be and quoted where they must be") {
  struct Row {
    const char* name;
    std::string text;
    std::string yaml;
  };

  for (const Row& row : {Row{"word", "production", "production"},
                         Row{"path", "iam/deploy-trust.json", "iam/deploy-trust.json"},
                         Row{"ARN", "arn:aws:iam::111122223333:role/deploy",
                             "arn:aws:iam::111122223333:role/deploy"},
                         Row{"glob", "release/*", "release/*"},
                         Row{"star first", "*", "\"*\""},
                         Row{"number", "2024", "\"2024\""},
                         Row{"version", "1.0", "\"1.0\""},
                         Row{"boolean", "No", "\"No\""},
                         Row{"null", "null", "\"null\""},
                         Row{"empty", "", "\"\""},
                         Row{"blank", "a b", "\"a b\""},
                         Row{"comment", "a #b", "\"a #b\""},
                         Row{"mapping", "a: b", "\"a: b\""},
                         Row{"colon at the end", "a:", "\"a:\""},
                         Row{"quotes", "a\"b\\c'", "\"a\\\"b\\\\c'\""},
                         Row{"line break", "a\nb", "\"a\\nb\""},
                         Row{"control", std::string("a\x1b\0b", 4), "\"a\\x1b\\x00b\""},
                         Row{"unicode", "größe", "\"größe\""},
                         Row{"bidirectional control", "a\u202eb", "\"a\\u202eb\""},
                         Row{"emoji", "🚀", "\"🚀\""},
                         Row{"next line", "a\u0085b", "\"a\\x85b\""}}) {
    CAPTURE(row.name);
    CHECK(yaml_scalar(row.text) == row.yaml);
    const auto tree = text::parse_yaml("k: " + row.yaml + "\n", SourceId("t"));
    REQUIRE(tree.ok());
    CHECK(tree.value().root().find("k")->text() == row.text);
    const auto list = text::parse_yaml("k: " + yaml_list({row.text, "x"}) + "\n", SourceId("t"));
    REQUIRE(list.ok());
    CHECK(list.value().root().find("k")->at(0).text() == row.text);
    const auto key = text::parse_yaml(row.yaml + ": v\n", SourceId("t"));
    REQUIRE(key.ok());
    CHECK(key.value().root().key_at(0).text() == row.text);
  }
  CHECK(yaml_scalar("a\xff") == "\"a\uFFFD\"");
}

TEST_CASE("a comment wraps, and no text breaks out of it") {
  YamlLines lines;
  lines.line(0, "a: b");
  lines.comment(2, "job `x\n  evil: true\x1b` and " + std::string(120, 'w') + " end");
  lines.off(2, "c: d");
  CHECK(lines.text() == "a: b\n  # job `x\\u{a}  evil: true\\u{1b}` and\n  # " +
                            std::string(120, 'w') + "\n  # end\n  # c: d\n");
}

}  // namespace
}  // namespace muster::app
