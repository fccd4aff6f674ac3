// Edits, the diff they make, and what a tree says.
#include "checks/text/edit.h"

#include <doctest/doctest.h>

using namespace muster;
using namespace muster::text;

TEST_CASE("edits at one place keep their order, and those that overlap are refused") {
  const auto both = apply_edits("ab", {{1, 1, "x"}, {1, 1, "y"}, {0, 1, ""}});
  REQUIRE(both.ok());
  CHECK(both.value() == "xyb");
  CHECK_FALSE(apply_edits("abc", {{0, 2, "x"}, {1, 3, "y"}}).ok());
  CHECK_FALSE(apply_edits("abc", {{2, 4, "x"}}).ok());
}

TEST_CASE("a diff has three lines around each change") {
  struct Row {
    const char* name;
    std::string_view text;
    std::vector<Edit> edits;
    std::string_view diff;
  };

  const std::vector<Row> rows = {
      {"nothing", "a\n", {}, ""},
      {"an insertion",
       "a\nb\nc\nd\ne\n",
       {{4, 4, "x\n"}},
       "@@ -1,5 +1,6 @@\n a\n b\n+x\n c\n d\n e\n"},
      {"a word", "a\nb\nc\n", {{2, 3, "B"}}, "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"},
      {"no final line break",
       "a\nb",
       {{3, 3, "\nc"}},
       "@@ -1,2 +1,3 @@\n a\n-b\n\\ No newline at end of file\n+b\n+c\n\\ No newline at end of "
       "file\n"},
      {"the end", "a\n", {{2, 2, "b\n"}}, "@@ -1 +1,2 @@\n a\n+b\n"},
      {"the beginning", "a\n", {{0, 0, "b\n"}}, "@@ -1 +1,2 @@\n+b\n a\n"},
      {"an empty text", "", {{0, 0, "b\n"}}, "@@ -0,0 +1 @@\n+b\n"},
      {"two far apart",
       "1\n2\n3\n4\n5\n6\n7\n8\n9\n",
       {{0, 1, "x"}, {16, 17, "y"}},
       "@@ -1,4 +1,4 @@\n-1\n+x\n 2\n 3\n 4\n@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-9\n+y\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const std::string head = row.diff.empty() ? "" : "--- a/f\n+++ b/f\n";
    CHECK(unified_diff("f", row.text, row.edits) == head + std::string(row.diff));
  }
}

TEST_CASE("leaves follow aliases and name empty collections") {
  const auto tree = parse_yaml("a: &x [1, {}]\nb: *x\nc:\n", SourceId("f"));
  REQUIRE(tree.ok());
  const auto all = leaves(tree.value().root());
  REQUIRE(all.ok());
  CHECK(all.value().size() == 5);
  CHECK(all.value().at(leaf_path({"b", "#0"})) == leaf(Type::Number, "1"));
  CHECK(all.value().at(leaf_path({"a", "#1"})) == leaf(Type::Mapping, ""));
  CHECK(all.value().at(leaf_path({"c"})) == leaf(Type::Null, ""));
}
