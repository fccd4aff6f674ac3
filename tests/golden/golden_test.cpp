// Every golden case, whole findings compared: span, text, witness. `test_golden --update` rewrites
// expected.json (read the diff). `MUSTER_GOLDEN=<prefix of a rule id>` limits the run.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string_view>

#include "tests/golden/golden_case.h"

namespace muster::golden {
namespace {

bool update_expectations = false;

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

bool selected(const Case& golden) {
  const char* wanted = std::getenv("MUSTER_GOLDEN");
  return wanted == nullptr || golden.rule.starts_with(wanted);
}

/// The prefix of a case's name promises what its rule says there.
void check_promise(const Case& golden, const AuditResult& result) {
  bool fails = false;
  bool undecided = false;
  bool spoke = false;
  for (const Outcome& outcome : result.outcomes) {
    if (outcome.rule == golden.rule) {
      fails = fails || outcome.kind == OutcomeKind::Fail;
      undecided = undecided || outcome.kind == OutcomeKind::Undecided;
      spoke = spoke || outcome.kind == OutcomeKind::Pass || outcome.kind == OutcomeKind::Waived;
    }
  }
  CHECK(fails == golden.name.starts_with("fail_"));
  if (golden.name.starts_with("undecided_")) {
    CHECK(undecided);
  } else {
    CHECK_FALSE(undecided);
  }
  if (golden.name.starts_with("pass_")) {
    CHECK(spoke);
  }
}

TEST_CASE("every golden case gives exactly its expected findings") {
  for (const Case& golden : all_cases()) {
    if (!selected(golden)) {
      continue;
    }
    CAPTURE(golden.rule);
    CAPTURE(golden.name);
    const auto result = run(golden);
    REQUIRE_MESSAGE(result.ok(), (result.ok() ? "" : to_string(result.error())));
    check_promise(golden, result.value());
    const std::string actual = findings_json(golden, result.value());
    if (update_expectations) {
      std::ofstream(golden.folder / "expected.json") << actual;
    } else {
      CHECK(read(golden.folder / "expected.json") == actual);
    }
  }
}

}  // namespace
}  // namespace muster::golden

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    muster::golden::update_expectations |= std::string_view(argv[i]) == "--update";
  }
  doctest::Context context(argc, argv);
  return context.run();
}
