// The YAML tree: what is accepted, what is refused and where, and that aliases stay references.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "checks/text/tree.h"

namespace muster::text {
namespace {

Result<Tree> parse(std::string text, KeyCase keys = KeyCase::Exact) {
  return parse_yaml(std::move(text), SourceId("x.yml"), keys);
}

std::string error_of(std::string text, KeyCase keys = KeyCase::Exact) {
  const auto tree = parse(std::move(text), keys);
  return tree ? "accepted" : to_string(tree.error());
}

TEST_CASE("plain scalars are typed by the 1.2 core schema") {
  struct Row {
    const char* text;
    Type type;
  };

  for (const Row& row : {Row{"on", Type::String},
                         {"off", Type::String},
                         {"yes", Type::String},
                         {"no", Type::String},
                         {"y", Type::String},
                         {"true", Type::Bool},
                         {"True", Type::Bool},
                         {"FALSE", Type::Bool},
                         {"tRUE", Type::String},
                         {"null", Type::Null},
                         {"~", Type::Null},
                         {"Null", Type::Null},
                         {"nULL", Type::String},
                         {"017", Type::Number},
                         {"0o17", Type::Number},
                         {"0o18", Type::String},
                         {"0x1F", Type::Number},
                         {"0xG", Type::String},
                         {"1e3", Type::Number},
                         {".5", Type::Number},
                         {"1.", Type::Number},
                         {"+3", Type::Number},
                         {"-3.5e-2", Type::Number},
                         {".inf", Type::Number},
                         {"-.INF", Type::Number},
                         {".nan", Type::Number},
                         {"1_000", Type::String},
                         {"0b1", Type::String},
                         {"2001-01-01", Type::String},
                         {"12:30:45", Type::String},
                         {"1.2.3", Type::String},
                         {"e3", Type::String},
                         {"1e", Type::String},
                         {".", Type::String}}) {
    CAPTURE(row.text);
    const auto tree = parse(std::string("k: ") + row.text);
    REQUIRE(tree.ok());
    CHECK(tree.value().root().find("k")->type() == row.type);
  }
  CHECK(parse("k:").value().root().find("k")->type() == Type::Null);
  CHECK(parse("k: 'true'").value().root().find("k")->type() == Type::String);
}

TEST_CASE("mistakes are refused with their place") {
  struct Row {
    const char* name;
    std::string text;
    std::string message;
  };

  for (const Row& row : std::vector<Row>{
           {"empty", "", "x.yml:1:1: the file is empty, expected a YAML document"},
           {"only a comment", "# nothing\n",
            "x.yml:1:1: the file is empty, expected a YAML document"},
           {"duplicate key", "a: 1\nb: 2\na: 3\n",
            "x.yml:3:1: the key `a` stands twice in this mapping"},
           {"second document", "a: 1\n---\nb: 2\n",
            "x.yml:2:1: a second document begins here; one file holds one document"},
           {"merge key", "a: &a {x: 1}\nb:\n  <<: *a\n",
            "x.yml:3:3: merge keys (`<<`) are not supported; repeat the values or use an alias for "
            "the whole value"},
           {"undefined alias", "a: *b\n", "x.yml:1:4: the alias `*b` has no anchor `&b` before it"},
           {"alias of an open anchor", "a: &a [*a]\n", "x.yml:1:8: the alias `*a` contains itself"},
           {"invalid UTF-8", "name: caf\xE9\n", "x.yml:1:10: this byte is not valid UTF-8"},
           {"UTF-16",
            std::string("\xFF\xFE"
                        "a\0",
                        4),
            "x.yml:1:1: the text is UTF-16; expected UTF-8"},
           {"a tag", "if: !wanted x\n",
            "x.yml:1:5: `!wanted` is read as a YAML tag; a value that begins with `!` needs quotes "
            "or `${{ }}`"},
           {"list as key", "? [a]\n: 1\n", "x.yml:1:3: a key must be text"}}) {
    CAPTURE(row.name);
    CHECK(error_of(row.text) == row.message);
  }
  CHECK(error_of("if: !contains(github.ref, 'x')\n").find("needs quotes") != std::string::npos);
  CHECK(error_of("FOO: 1\nfoo: 2\n", KeyCase::Folded) ==
        "x.yml:2:1: the key `foo` stands twice in this mapping (keys are compared without case)");
  CHECK(error_of("a:\n\t- b\n").starts_with("x.yml:2:1: "));
  CHECK(error_of("a: \x01\n").starts_with("x.yml:1:4: "));
}

TEST_CASE("an alias is the anchored value at its own place") {
  const auto tree = parse("a: &x {k: v}\nb: *x\n");
  REQUIRE(tree.ok());
  const Node b = *tree.value().root().find("b");
  CHECK(b.is(Type::Mapping));
  CHECK(b.find("k")->text() == "v");
  CHECK(b.where().span == Span{2, 4, 2, 6});
}

TEST_CASE("alias bombs and deep nesting are errors at once") {
  std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i <= 10; ++i) {
    const std::string p = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + p;
    for (int j = 0; j < 8; ++j) {
      bomb += "," + p;
    }
    bomb += "]\n";
  }
  REQUIRE_FALSE(parse(bomb).ok());
  CHECK(parse(bomb).error().code == ErrorCode::Limit);
  CHECK(parse(bomb).error().message.find("alias") != std::string::npos);
  CHECK(parse(std::string(100'000, '[')).error().code == ErrorCode::Limit);
  CHECK(parse(std::string(64, '[') + std::string(64, ']')).ok());
  CHECK(parse(std::string(65, '[') + std::string(65, ']')).error().code == ErrorCode::Limit);
}

TEST_CASE("spans of blocks end with their last child") {
  const auto tree = parse(
      "jobs:\n  a:\n    x: 1\n\n# comment\n  b:\n    run: |\n      one\n      two\n\n\nend: 1\n");
  REQUIRE(tree.ok());
  const Node jobs = *tree.value().root().find("jobs");
  CHECK(jobs.find("a")->where().span == Span{3, 5, 3, 9});
  CHECK(jobs.find("b")->find("run")->where().span == Span{7, 10, 9, 10});
  CHECK(jobs.where().span.end_line == 9);
}

TEST_CASE("places inside block scalars map back to the file") {
  const auto tree =
      parse("run: |\n    one\n\n      two \xC3\xA9 three\nfold: >-\n  a b\n  c\n\n  d\n");
  REQUIRE(tree.ok());
  const Node run = *tree.value().root().find("run");
  CHECK(run.text() == "one\n\n  two \xC3\xA9 three\n");
  const std::size_t three = run.text().find("three");
  CHECK(run.where(three, three + 5).span == Span{4, 13, 4, 18});
  CHECK(run.where(0, 3).span == Span{2, 5, 2, 8});
  const Node fold = *tree.value().root().find("fold");
  CHECK(fold.text() == "a b c\nd");
  const std::size_t c = fold.text().find('c');
  CHECK(fold.where(c, c + 1).span == Span{7, 3, 7, 4});
  const std::size_t d = fold.text().find('d');
  CHECK(fold.where(d, d + 1).span == Span{9, 3, 9, 4});
}

TEST_CASE("byte order marks, CRLF and explicit strings are fine") {
  const auto tree = parse(
      "\xEF\xBB\xBF"
      "a: 1\r\nb: !!str 2\r\n");
  REQUIRE(tree.ok());
  CHECK(tree.value().root().find("b")->type() == Type::String);
  CHECK(tree.value().root().find("b")->where().span.line == 2);
}

TEST_CASE("only a line feed begins a new line of places") {
  struct Row {
    const char* name;
    const char* line_break;
  };

  for (const Row& row : {Row{"next line", "\xC2\x85"},
                         {"line separator", "\xE2\x80\xA8"},
                         {"paragraph separator", "\xE2\x80\xA9"},
                         {"lone carriage return", "\r"}}) {
    CAPTURE(row.name);
    const auto tree = parse(std::string("a: 'one") + row.line_break + "two'\nb: |\n  x" +
                            row.line_break + "  y\nc: 3 # d\n");
    REQUIRE(tree.ok());
    CHECK(tree.value().root().find("a")->where().span == Span{1, 4, 1, 13});
    CHECK(tree.value().root().find("c")->where().span == Span{4, 4, 4, 5});
    CHECK(tree.value().comments().front().span == Span{4, 6, 4, 9});
    const auto broken = parse(std::string("a: 'b") + row.line_break + "c'\nd: [\n");
    CHECK(broken.error().where->span.line <= 3);
  }
}

TEST_CASE("a byte order mark takes no column") {
  const auto tree = parse(
      "\xEF\xBB\xBF"
      "a: {b: c} # d\ne: f\n");
  REQUIRE(tree.ok());
  CHECK(tree.value().root().find("a")->where().span == Span{1, 4, 1, 10});
  CHECK(tree.value().root().where().span == Span{1, 1, 2, 5});
}

TEST_CASE("a place on a blank line of a block scalar is the beginning of that line") {
  const auto tree = parse("a: 1\nb: >+\n\n  x\n\n\n");
  REQUIRE(tree.ok());
  const Node block = *tree.value().root().find("b");
  CHECK(block.text() == "\nx\n\n\n");
  CHECK(block.where(0, 1).span == Span{3, 1, 4, 3});
  const auto other = parse("a: |\n  x\n\xC2\x85");
  REQUIRE(other.ok());
  const Node text = *other.value().root().find("a");
  CHECK(text.where(0, text.text().size()).span == Span{2, 3, 3, 1});
}

TEST_CASE("the comment behind a scalar is that of its line") {
  const auto tree = parse_yaml(
      "a: ä#1 # one\nb: 'x # no'   #two\nc: [d, e] # three\nf: g\n# four\nh: i#5\n", SourceId("w"));
  REQUIRE(tree.ok());
  const Node root = tree.value().root();
  const auto behind = [&](std::string_view key) {
    return tree.value().comment_behind(root.find(key)->where().span);
  };
  CHECK(behind("a") == "one");
  CHECK(behind("b") == "two");
  CHECK(tree.value().comment_behind(root.find("c")->at(1).where().span) == "three");
  CHECK(tree.value().comment_behind(root.find("c")->at(0).where().span).empty());
  CHECK(behind("f").empty());
  CHECK(behind("h").empty());
}

TEST_CASE("comments are found, and `#` in texts is none") {
  const auto tree = parse(
      "# first\na: 'x # y' # second\nurl: http://h/#frag\nrun: | # third\n  echo # not\nz: 1\n");
  REQUIRE(tree.ok());
  const auto comments = tree.value().comments();
  REQUIRE(comments.size() == 3);
  CHECK(comments[0].text == "first");
  CHECK(comments[1].text == "second");
  CHECK(comments[1].span.line == 2);
  CHECK(comments[2].text == "third");
}

TEST_CASE(
    "short forms of CloudFormation are mappings with the long name, and no other tag is one") {
  const auto tree =
      parse_template_yaml("a: !Sub x\nb: !If [c, !Ref d, {e: !GetAtt f.g}]\n", SourceId("t.yml"));
  REQUIRE(tree.ok());
  const Node a = *tree.value().root().find("a");
  CHECK(a.find("Fn::Sub")->text() == "x");
  CHECK(a.key_at(0).where().span == Span{1, 4, 1, 8});
  CHECK(a.where().span == Span{1, 4, 1, 10});
  const Node b = *tree.value().root().find("b")->find("Fn::If");
  REQUIRE(b.size() == 3);
  CHECK(b.at(1).find("Ref")->text() == "d");
  CHECK(b.at(2).find("e")->find("Fn::GetAtt")->text() == "f.g");
  CHECK(tree.value().root().find("b")->where().span == Span{2, 4, 2, 37});

  struct Row {
    const char* name;
    const char* text;
    const char* error;
  };

  for (const Row& row : {Row{"another tag", "a: !Include x",
                             "t.yml:1:4: `!Include` is no function of CloudFormation"},
                         Row{"a long name as tag", "a: !Fn::Sub x",
                             "t.yml:1:4: `!Fn::Sub` is no function of CloudFormation"},
                         Row{"as key", "!Ref a: b", "t.yml:1:1: a key must be text"},
                         Row{"with an anchor", "a: &x !Ref b",
                             "t.yml:1:4: an anchor cannot stand beside a short form"},
                         Row{"a list with an anchor", "a: &x !If [b, c, d]",
                             "t.yml:1:4: an anchor cannot stand beside a short form"}}) {
    CAPTURE(row.name);
    const auto refused = parse_template_yaml(row.text, SourceId("t.yml"));
    REQUIRE_FALSE(refused.ok());
    CHECK(to_string(refused.error()) == row.error);
  }
  CHECK(error_of("a: !Ref x").find("needs quotes") != std::string::npos);
}

TEST_CASE("nested short forms count for the depth") {
  std::string deep = "a: ";
  for (int i = 0; i < 100; ++i) {
    deep += "!Not [";
  }
  const auto tree = parse_template_yaml(deep, SourceId("t.yml"));
  REQUIRE_FALSE(tree.ok());
  CHECK(tree.error().code == ErrorCode::Limit);
}

}  // namespace
}  // namespace muster::text
