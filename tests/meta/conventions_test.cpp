// Conventions rot without tests: one name in four places, no rule without cases, no check without a
// rule.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include "checks/core/check.h"
#include "checks/core/rule.h"

namespace muster {
namespace {

namespace fs = std::filesystem;

const fs::path& source_root() {
  static const fs::path kRoot = MUSTER_SOURCE_DIR;
  return kRoot;
}

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

int cases_with_prefix(const std::string& rule, const std::string& prefix) {
  const fs::path folder = source_root() / "tests/golden" / rule;
  int count = 0;
  if (fs::exists(folder)) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      const bool matches = entry.path().filename().string().starts_with(prefix);
      count += matches && fs::exists(entry.path() / "expected.json") ? 1 : 0;
    }
  }
  return count;
}

/// `oidc-any-repository` -> `any_repository`: the file name of the check.
std::string file_of(const Rule& rule) {
  std::string name(rule.id.substr(rule.area.size() + 1));
  std::replace(name.begin(), name.end(), '-', '_');
  return name + ".cpp";
}

TEST_CASE("the registry and the rule entries agree both ways") {
  std::set<std::string> registered;
  for (const Check& check : registered_checks()) {
    CAPTURE(check.rule);
    CHECK(registered.insert(std::string(check.rule)).second);
    CHECK(find_rule(check.rule) != nullptr);
  }
  for (const Rule& rule : all_rules()) {
    CAPTURE(rule.id);
    CHECK(registered.contains(std::string(rule.id)));
  }
  CHECK(registered.size() >= 20);
}

TEST_CASE("every rule has at least two failing and two passing golden cases") {
  for (const Rule& rule : all_rules()) {
    CAPTURE(rule.id);
    CHECK(cases_with_prefix(std::string(rule.id), "fail_") >= 2);
    CHECK(cases_with_prefix(std::string(rule.id), "pass_") >= 2);
  }
}

TEST_CASE("the examples that a rule names are golden cases of it") {
  for (const Rule& rule : all_rules()) {
    CAPTURE(rule.id);
    const fs::path folder = source_root() / "tests/golden" / rule.id;
    CHECK(rule.bad.starts_with("fail_"));
    CHECK(fs::exists(folder / rule.bad));
    CHECK(rule.good.starts_with("pass_"));
    CHECK(fs::exists(folder / rule.good));
  }
}

TEST_CASE("every golden folder belongs to a rule") {
  for (const auto& entry : fs::directory_iterator(source_root() / "tests/golden")) {
    if (entry.is_directory()) {
      CAPTURE(entry.path().filename().string());
      CHECK(find_rule(entry.path().filename().string()) != nullptr);
    }
  }
}

TEST_CASE("a rule's check stands in the file that its id names") {
  for (const Rule& rule : all_rules()) {
    CAPTURE(rule.id);
    const fs::path file = source_root() / "checks" / rule.area / file_of(rule);
    REQUIRE(fs::exists(file));
    CHECK(read(file).find("\"" + std::string(rule.id) + "\"") != std::string::npos);
  }
}

TEST_CASE("rule texts follow the house style") {
  const std::regex name("\\{([a-z_]+)\\}");
  for (const Rule& rule : all_rules()) {
    CAPTURE(rule.id);
    CHECK_FALSE(rule.title.empty());
    CHECK_FALSE(rule.title.ends_with('.'));
    CHECK_FALSE(rule.message.ends_with('.'));
    CHECK_FALSE(rule.why.empty());
    CHECK_FALSE(rule.fix_steps.empty());
    CHECK_FALSE(rule.phrase.empty());
    CHECK_FALSE(rule.references.empty());
    CHECK(rule.message.find("FIXME") == std::string_view::npos);
    CHECK(rule.why.find("FIXME") == std::string_view::npos);
  }
}

TEST_CASE("no expected finding carries an unfilled place of a message") {
  // `%{http_code}` is curl's own.
  const std::regex unfilled("[^%]\\{[a-z_]+\\}");
  for (const auto& entry : fs::recursive_directory_iterator(source_root() / "tests/golden")) {
    if (entry.path().filename() == "expected.json") {
      CAPTURE(entry.path().string());
      CHECK_FALSE(std::regex_search(read(entry.path()), unfilled));
    }
  }
}

}  // namespace
}  // namespace muster
