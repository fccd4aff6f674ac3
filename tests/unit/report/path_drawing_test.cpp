// The drawing of a path: every line fits its box, boxes do not touch, and nothing is lost silently.
#include "report/path_drawing.h"

#include <doctest/doctest.h>

#include <string>

#include "report/html.h"
#include "tests/unit/report/sample.h"

namespace muster::report {
namespace {

Witness path(const std::vector<WitnessField>& fields) {
  return {WitnessKind::Path, fields};
}

TEST_CASE("each field is a box below the one before, with its lines inside") {
  const PathDrawing drawing =
      draw_path(path({{"event", {"`push` of deploy (.github/workflows/deploy.yml:3:3)"}},
                      {"gate", {"a reviewer approves it"}},
                      {"role", {std::string(300, 'x')}},
                      {"destination", {"production"}}}));
  REQUIRE(drawing.boxes.size() == 4);
  CHECK(drawing.boxes[0].lines[0].text == "push of deploy");
  CHECK(drawing.boxes[0].lines[1].text == "(.github/workflows/deploy.yml:3:3)");
  CHECK(drawing.boxes[1].look == "gate");
  CHECK(drawing.boxes[3].look == "end");
  CHECK(drawing.boxes[2].lines.size() == 4);
  CHECK(drawing.boxes[2].lines.back().text.ends_with("…"));
  std::size_t bottom = 0;
  for (const DrawnBox& box : drawing.boxes) {
    CHECK(box.y > bottom);
    bottom = box.y + box.height;
    for (const DrawnLine& line : box.lines) {
      CHECK(line.y > box.y);
      CHECK(line.y < bottom);
    }
  }
  CHECK(drawing.height > bottom);
}

TEST_CASE("a line ends behind a separator, and never inside a character") {
  struct Row {
    const char* name;
    std::string text;
    std::string first;
  };

  for (const Row& row :
       {Row{"an ARN", "arn:aws:iam::111122223333:role/shop-prod-deploy-with-a-long-name",
            "arn:aws:iam::111122223333:role/shop-"},
        Row{"no separator", std::string(50, 'a'), std::string(38, 'a')},
        Row{"wide letters count twice", "漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢",
            "漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢"},
        Row{"short", "x", "x"}, Row{"cut off in the middle", "\xE6\xBC", "\xE6\xBC"}}) {
    CAPTURE(row.name);
    const PathDrawing drawing = draw_path(path({{"role", {row.text}}}));
    CHECK(drawing.boxes[0].lines[0].text == row.first);
  }
}

TEST_CASE("a drawing is bounded whatever the witness holds") {
  std::vector<WitnessField> fields;
  for (int i = 0; i < 400; ++i) {
    fields.push_back({"step", std::vector<std::string>(100, std::string(5000, 'x'))});
  }
  const PathDrawing drawing = draw_path(path(fields));
  CHECK(drawing.boxes.size() == 16);
  CHECK(drawing.boxes[0].lines.size() == 13);
  CHECK(drawing.boxes[0].lines.back().text == "…");
  CHECK(draw_path(path({})).boxes.empty());
}

TEST_CASE("hostile text of a path stays text in the page") {
  Run run = sample::run("harmless");
  for (Outcome& outcome : run.result.outcomes) {
    outcome.witness = path({{"<b>", {"</text></svg><script>alert(1)</script>", "\" onload=\"x"}},
                            {"'><img src=x>", {"]]>-->"}}});
  }
  const Report report = make_report(run, sample::delta("x"), Intent{}, Severity::Medium);
  const auto page = to_html(report);
  REQUIRE(page);
  CHECK(page.value().find("class=\"path\"") != std::string::npos);
  CHECK(page.value().find("<script") == std::string::npos);
  CHECK(page.value().find("<img") == std::string::npos);
  CHECK(page.value().find("<b>") == std::string::npos);
  CHECK(page.value().find("\" onload") == std::string::npos);
}

}  // namespace
}  // namespace muster::report
