// Against the findings of Access Analyzer itself on AWS managed policies: same codes, same paths,
// same spans, and silence where it is silent.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>

#include "checks/lint/lint.h"

namespace muster::lint {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

fs::path shared() {
  const char* shared = std::getenv("MUSTER_SHARED");
  return shared != nullptr ? shared : "../shared";
}

/// Codes whose answer depends on the date of the catalogue.
const std::set<std::string>& catalogue_codes() {
  static const std::set<std::string> kCodes = {"INVALID_ACTION", "INVALID_SERVICE_IN_ACTION",
                                               "INVALID_SERVICE", "INVALID_SERVICE_CONDITION_KEY"};
  return kCodes;
}

/// Codes that cannot be reproduced: see docs/policy-lint.md.
constexpr const char* kLeftOut = "ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE";

std::string path_of(const Location& location) {
  json path = json::array();
  for (const Step& step : location.path) {
    path.push_back(step.kind == Step::Kind::Index ? json(step.index) : json(step.name));
  }
  return path.dump();
}

/// Code, then places with spans, sorted: `CODE ["Statement",0]@10-20 …`.
std::string shape(const std::string& code, std::vector<std::string> places) {
  std::ranges::sort(places);
  std::string text = code;
  for (const std::string& place : places) {
    text += " " + place;
  }
  return text;
}

std::string span(std::size_t begin, std::size_t end) {
  return "@" + std::to_string(begin) + "-" + std::to_string(end);
}

std::multiset<std::string> expected_shapes(const json& findings) {
  std::multiset<std::string> shapes;
  for (const json& finding : findings) {
    std::vector<std::string> places;
    for (const json& place : finding["locations"]) {
      places.push_back(place["path"].dump() + span(place["span"][0], place["span"][1]));
    }
    shapes.insert(shape(finding["code"], places));
  }
  return shapes;
}

std::multiset<std::string> shapes_of(const Findings& findings) {
  std::multiset<std::string> shapes;
  for (const Finding& finding : findings.list) {
    if (info(finding.code).own()) {
      continue;
    }
    std::vector<std::string> places;
    for (const Location& location : finding.locations) {
      places.push_back(path_of(location) + span(location.begin, location.end));
    }
    shapes.insert(shape(std::string(info(finding.code).id), places));
  }
  return shapes;
}

struct Score {
  int hits = 0;
  int false_alarms = 0;
  int misses = 0;
};

/// Scores per code; a finding counts as hit when code, paths and spans are all equal.
class Board {
 public:
  void add(const std::string& policy, const std::multiset<std::string>& expected,
           const std::multiset<std::string>& found) {
    std::vector<std::string> extra;
    std::vector<std::string> missing;
    std::ranges::set_difference(found, expected, std::back_inserter(extra));
    std::ranges::set_difference(expected, found, std::back_inserter(missing));
    for (const std::string& one : found) {
      ++scores_[code_of(one)].hits;
    }
    for (const std::string& one : extra) {
      --scores_[code_of(one)].hits;
      ++scores_[code_of(one)].false_alarms;
      notes_ += "  too much: " + policy + " " + one + "\n";
    }
    for (const std::string& one : missing) {
      ++scores_[code_of(one)].misses;
      notes_ += "  missed:   " + policy + " " + one + "\n";
    }
  }

  [[nodiscard]] std::string table() const {
    std::ostringstream out;
    out << "hits / false alarms / misses\n";
    for (const auto& [code, score] : scores_) {
      out << "  " << score.hits << " / " << score.false_alarms << " / " << score.misses << "  "
          << code << (catalogue_codes().contains(code) ? " (catalogue)" : "") << "\n";
    }
    return out.str() + notes_;
  }

  [[nodiscard]] const std::map<std::string, Score>& scores() const { return scores_; }

 private:
  static std::string code_of(const std::string& shape) { return shape.substr(0, shape.find(' ')); }

  std::map<std::string, Score> scores_;
  std::string notes_;
};

TEST_CASE("the findings on managed policies are those of Access Analyzer") {
  std::ifstream in(shared() / "data/access-analyzer/dev.jsonl");
  if (!in) {
    MESSAGE("skipped: no " << (shared() / "data/access-analyzer/dev.jsonl").string());
    return;
  }
  Board board;
  int clean = 0;
  int clean_flagged = 0;
  std::map<std::string, int> own;
  for (std::string line; std::getline(in, line);) {
    const json entry = json::parse(line);
    const auto result = lint(entry["document"].get<std::string>(), SourceId("policy.json"),
                             DocumentType::Identity, policy::embedded_catalogue());
    REQUIRE(result.ok());
    const auto expected = expected_shapes(entry["findings"]);
    const auto found = shapes_of(result.value());
    board.add(entry["policy"], expected, found);
    if (expected.empty()) {
      ++clean;
      clean_flagged += found.empty() ? 0 : 1;
      std::set<std::string> codes;
      for (const Finding& finding : result.value().list) {
        if (info(finding.code).own()) {
          codes.insert(std::string(info(finding.code).id));
        }
      }
      for (const std::string& code : codes) {
        ++own[code];
      }
    }
  }
  std::string text = board.table();
  for (const auto& [code, count] : own) {
    text += "  own, on clean policies: " + code + " " + std::to_string(count) + "\n";
  }
  MESSAGE(text);
  MESSAGE("clean policies: " << clean << ", flagged " << clean_flagged);
  CHECK(clean == 436);
  CHECK(clean_flagged <= 2);
  for (const auto& [code, score] : board.scores()) {
    CAPTURE(code);
    if (catalogue_codes().contains(code) || code == kLeftOut) {
      continue;
    }
    CHECK(score.false_alarms == 0);
    CHECK(score.misses <= (code == "PASS_ROLE_WITH_STAR_IN_RESOURCE" ? 1 : 0));
  }
}

TEST_CASE("no managed policy has a syntax or structure error") {
  const fs::path folder = shared() / "data/aws-managed-policies/documents";
  if (!fs::exists(folder)) {
    MESSAGE("skipped: no " << folder.string());
    return;
  }
  std::map<std::string, int> policies_with;
  int count = 0;
  for (const auto& file : fs::directory_iterator(folder)) {
    std::ifstream in(file.path(), std::ios::binary);
    const auto result =
        lint({std::istreambuf_iterator<char>(in), {}}, SourceId(file.path().filename().string()),
             std::nullopt, policy::embedded_catalogue());
    REQUIRE(result.ok());
    ++count;
    CHECK(result.value().type == DocumentType::Identity);
    std::set<std::string> ids;
    for (const Finding& finding : result.value().list) {
      ids.insert(std::string(info(finding.code).id));
    }
    for (const std::string& id : ids) {
      ++policies_with[id];
      CAPTURE(file.path().filename().string());
      CAPTURE(id);
    }
  }
  std::string text;
  for (const auto& [id, policies] : policies_with) {
    text += "  " + std::to_string(policies) + " " + id + "\n";
  }
  MESSAGE("policies with a finding, of " << count << ":\n" << text);
  CHECK(count == 300);
}

}  // namespace
}  // namespace muster::lint
