// Code in backticks is found as a reader pairs them.
#include "report/prose.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace muster::report {
namespace {

TEST_CASE("backticks pair from the left") {
  struct Row {
    const char* name;
    const char* text;
    std::vector<Piece> pieces;
  };

  for (const Row& row :
       {Row{"none", "plain", {{"plain", false}}}, Row{"empty", "", {}},
        Row{"only code", "`a b`", {{"a b", true}}},
        Row{"between", "x `a`, y", {{"x ", false}, {"a", true}, {", y", false}}},
        Row{"neighbours", "`a``b`", {{"a", true}, {"b", true}}},
        Row{"without a partner", "x `a` y ` z", {{"x ", false}, {"a", true}, {" y ` z", false}}},
        Row{"empty pair", "a `` b `c`", {{"a `` b ", false}, {"c", true}}}}) {
    CAPTURE(row.name);
    CHECK(split_prose(row.text) == row.pieces);
  }
}

}  // namespace
}  // namespace muster::report
