// The bundled examples and this repository through the real program: a flawed twin gives exactly
// its listed findings, a fixed twin and our own pipeline nothing but passes. `MUSTER_E2E_UPDATE=1`
// rewrites the lists; read the diff.
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

namespace {

namespace fs = std::filesystem;

const fs::path kSource = MUSTER_SOURCE_DIR;

constexpr std::array kExamples = {"sandbox-ecs", "auraxis-ssm", "blue-green", "atta-systemd",
                                  "e11-ecs"};

struct Audit {
  int exit_code = -1;
  nlohmann::json report;
};

/// A folder of its own, gone with the object.
class Scratch {
 public:
  Scratch() {
    std::string name = (fs::temp_directory_path() / "muster-e2e-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }

  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }

  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

Audit audit(const fs::path& example, const fs::path& scratch) {
  const std::string command = std::string(MUSTER_PROGRAM) + " audit '" + example.string() +
                              "' --json --out '" + (scratch / "report").string() + "' --history '" +
                              (scratch / "history.db").string() +
                              "' --as-of 2026-11-21T06:00:00Z 2>/dev/null";
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string out;
  std::array<char, 65536> buffer{};
  for (std::size_t n = 0; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    out.append(buffer.data(), n);
  }
  const int status = pclose(pipe);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, nlohmann::json::parse(out)};
}

/// `fail high workflow-static-aws-keys .github/workflows/terraform.yml:17:30`, sorted.
std::string findings(const nlohmann::json& report) {
  std::set<std::string> lines;
  for (const auto& outcome : report.at("outcomes")) {
    const std::string kind = outcome.at("outcome");
    if (kind == "pass" || kind == "not_applicable") {
      continue;
    }
    const auto& at = outcome.at("location");
    lines.insert(kind + " " + outcome.at("severity").get<std::string>() + " " +
                 outcome.at("rule").get<std::string>() + " " + at.at("file").get<std::string>() +
                 ":" + std::to_string(at.at("line").get<int>()) + ":" +
                 std::to_string(at.at("column").get<int>()));
  }
  std::string text;
  for (const std::string& line : lines) {
    text += line + "\n";
  }
  return text;
}

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

TEST_CASE("a flawed example gives exactly its listed findings and fails the gate") {
  for (const char* name : kExamples) {
    CAPTURE(name);
    const Scratch scratch;
    const Audit result = audit(kSource / "examples" / name / "flawed", scratch.path());
    CHECK(result.exit_code == 1);
    const fs::path list = kSource / "tests/e2e" / (std::string(name) + "-flawed.txt");
    if (std::getenv("MUSTER_E2E_UPDATE") != nullptr) {
      std::ofstream(list) << findings(result.report);
    }
    CHECK(read(list) == findings(result.report));
    CHECK(fs::exists(scratch.path() / "report/report.html"));
    CHECK(fs::exists(scratch.path() / "report/report.json"));
  }
}

TEST_CASE("a fixed example passes more than 25 checks, and nothing fails or stays open") {
  for (const char* name : kExamples) {
    CAPTURE(name);
    const Scratch scratch;
    const Audit result = audit(kSource / "examples" / name / "fixed", scratch.path());
    CHECK(result.exit_code == 0);
    CHECK(findings(result.report).empty());
    CHECK(result.report.at("summary").at("by_outcome").at("pass").get<int>() > 25);
  }
}

TEST_CASE("muster finds nothing in its own pipeline") {
  const Scratch scratch;
  const Audit result = audit(kSource, scratch.path());
  CHECK(result.exit_code == 0);
  CHECK(findings(result.report).empty());
  CHECK(result.report.at("summary").at("by_outcome").at("pass").get<int>() > 0);
}

TEST_CASE("the same audit gives the same outcomes, byte for byte") {
  const Scratch first;
  const Scratch second;
  const fs::path example = kSource / "examples/sandbox-ecs/flawed";
  CHECK(audit(example, first.path()).report.at("outcomes").dump() ==
        audit(example, second.path()).report.at("outcomes").dump());
}

}  // namespace
