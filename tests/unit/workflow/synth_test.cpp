// Small deployments with verdicts derived by hand: what must be found is, what must not is not.
// Each file is audited alone.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "checks/core/engine.h"
#include "checks/core/rule.h"
#include "checks/text/tree.h"
#include "checks/workflow/model.h"

namespace muster::workflow {
namespace {

namespace fs = std::filesystem;

std::string bytes_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// The references of the rules that fail.
std::set<std::string> found_in(const fs::path& path) {
  Facts facts;
  facts.documents.push_back({DocumentKind::GithubWorkflow,
                             SourceId(".github/workflows/" + path.filename().string()),
                             bytes_of(path)});
  std::set<std::string> found;
  const AuditResult result = audit({facts, Intent{}, TimePoint{}}, registered_checks());
  for (const Outcome& outcome : result.outcomes) {
    const Rule* rule = find_rule(outcome.rule);
    if (outcome.kind == OutcomeKind::Fail && rule != nullptr) {
      found.insert(std::string(rule->reference));
    }
  }
  return found;
}

TEST_CASE("verdicts derived by hand hold for small deployments") {
  const char* shared = std::getenv("MUSTER_SHARED");
  const fs::path folder =
      fs::path(shared != nullptr ? shared : "../shared") / "data/workflows/synth";
  if (!fs::exists(folder)) {
    MESSAGE("skipped: no cases at " << folder.string());
    return;
  }
  const auto expected = text::parse_json(bytes_of(folder / "expected.json"), {});
  REQUIRE(expected.ok());
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const auto verdict = expected.value().root().find(name);
    if (!verdict) {
      continue;
    }
    CAPTURE(name);
    const std::set<std::string> found = found_in(entry.path());
    for (const std::string& rule : verdict->texts_under("must")) {
      CAPTURE(rule);
      CHECK(found.contains(rule));
    }
    for (const std::string& rule : verdict->texts_under("must_not")) {
      CAPTURE(rule);
      CHECK_FALSE(found.contains(rule));
    }
  }
}

}  // namespace
}  // namespace muster::workflow
