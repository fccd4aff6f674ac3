// Filters of branches and tags, by the examples of GitHub's filter pattern cheat sheet.
#include "checks/workflow/filter.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "checks/policy/glob.h"

namespace muster::workflow {
namespace {

TEST_CASE("a filter matches the names that GitHub says, and its glob matches at least those") {
  struct Row {
    const char* filter;
    std::vector<std::string> yes;
    std::vector<std::string> no;
    const char* glob;
    bool exact;
  };

  for (const Row& row : {
           Row{"main", {"main"}, {"mains", "a/main", "Main"}, "main", true},
           Row{"feature/*", {"feature/x", "feature/"}, {"feature/a/b", "x"}, "feature/*", false},
           Row{"feature/**", {"feature/x", "feature/a/b"}, {"feature"}, "feature/*", true},
           Row{"*", {"main"}, {"a/b"}, "*", false},
           Row{"**", {"main", "a/b"}, {}, "*", true},
           Row{"*feature", {"my-feature"}, {"a/feature"}, "*feature", false},
           Row{"v2*", {"v2", "v2.0"}, {"v1"}, "v2*", false},
           Row{"v[12].[0-9]+.[0-9]+",
               {"v1.10.1", "v2.0.0"},
               {"v3.0.0", "v1..0", "v1.a.0"},
               "v?.?*.?*",
               false},
           Row{"release/[0-9]+",
               {"release/7", "release/10"},
               {"release/", "release/x"},
               "release/?*",
               false},
           Row{"v?.x", {".x", "v.x"}, {"vv.x", "w.x"}, "*.x", false},
           Row{"feat+", {"feat", "feattt"}, {"fea"}, "feat*", false},
           Row{"[CB]at", {"Cat", "Bat"}, {"at", "cat"}, "?at", false},
           Row{"[a-c]?x", {"x", "bx"}, {"dx", "abx"}, "*x", false},
           Row{"a\\+b", {"a+b"}, {"aab", "ab"}, "a+b", true},
           Row{"a\\*b", {"a*b"}, {"axb"}, "a*b", false},
           Row{"**/x", {"x", "a/x", "a/b/x"}, {"ax"}, "*x", false},
           Row{"a/**/x", {"a/x", "a/b/c/x"}, {"ax", "a/bx"}, "a/*x", false},
           Row{"!old", {"old"}, {"new"}, "old", true},
           Row{"[ab", {"[ab"}, {"a"}, "[ab", true},
           Row{"?x", {"?x"}, {"x"}, "?x", false},
           Row{"é+", {}, {"x"}, "*", false},
           Row{"", {""}, {"x"}, "", true},
       }) {
    CAPTURE(row.filter);
    CHECK(widen(row.filter).glob == row.glob);
    CHECK(widen(row.filter).exact == row.exact);
    for (const std::string& name : row.yes) {
      CAPTURE(name);
      CHECK(filter_matches(row.filter, name));
      CHECK(policy::glob_match(row.glob, name, {}));
    }
    for (const std::string& name : row.no) {
      CAPTURE(name);
      CHECK_FALSE(filter_matches(row.filter, name));
    }
  }
}

TEST_CASE("a glob never matches less than its filter") {
  const std::vector<std::string> names = {"",   "a",     "b",  "aa", "ab",   "a/b", "b/a", "aab",
                                          "a+", "a/b/a", "a/", "/",  "ba/a", "aaa", "a1",  "1"};
  const std::vector<std::string> parts = {"a", "?", "+", "*", "**", "/", "[ab]", "\\", "1"};
  for (std::size_t code = 0; code < parts.size() * parts.size() * parts.size() * parts.size();
       ++code) {
    std::string filter;
    for (std::size_t rest = code, i = 0; i < 4; ++i, rest /= parts.size()) {
      filter += parts[rest % parts.size()];
    }
    const Widened widened = widen(filter);
    for (const std::string& name : names) {
      const bool matches = filter_matches(filter, name);
      const bool within = policy::glob_match(widened.glob, name, {});
      if ((matches && !within) || (widened.exact && matches != within)) {
        FAIL_CHECK(filter << " against " << name << " as " << widened.glob);
      }
    }
  }
}

std::vector<Text> texts(const std::vector<std::string>& values) {
  std::vector<Text> all;
  for (const std::string& value : values) {
    all.push_back({value, {}});
  }
  return all;
}

TEST_CASE("the last filter that matches decides") {
  struct Row {
    const char* name;
    std::vector<std::string> only;
    std::vector<std::string> ignored;
    bool admits_main;
  };

  for (const Row& row :
       {Row{"no filter", {}, {}, true}, Row{"named", {"main"}, {}, true},
        Row{"another named", {"dev"}, {}, false}, Row{"taken out", {"**", "!main"}, {}, false},
        Row{"taken out before", {"!main", "**"}, {}, true},
        Row{"brought back", {"**", "!m*", "main"}, {}, true},
        Row{"only taken out", {"!dev"}, {}, false}, Row{"ignored", {}, {"m*"}, false},
        Row{"another ignored", {}, {"dev"}, true}}) {
    CAPTURE(row.name);
    CHECK(filters_admit(texts(row.only), texts(row.ignored), "main") == row.admits_main);
  }
}

}  // namespace
}  // namespace muster::workflow
