// The folder structure is the architecture: includes may only point inward. A wrong edge fails
// here.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

const std::set<std::string>& areas() {
  static const std::set<std::string> kAreas = {
      "checks/iam",   "checks/oidc",     "checks/workflow",  "checks/host",
      "checks/image", "checks/rollback", "checks/escalation"};
  return kAreas;
}

/// The module of a path: `checks/core`, `app`, `store`, …
std::string module_of(const std::string& path) {
  const std::size_t slash = path.find('/');
  const std::string top = path.substr(0, slash);
  if (top != "checks" || slash == std::string::npos) {
    return top;
  }
  return path.substr(0, path.find('/', slash + 1));
}

bool may_use(const std::string& from, const std::string& to) {
  static const std::map<std::string, std::set<std::string>> kAllowed = {
      {"checks/core", {}},
      {"checks/text", {"checks/core"}},
      {"checks/policy", {"checks/core", "checks/text"}},
      {"checks/lint", {"checks/core", "checks/text", "checks/policy", "checks/prover"}},
      {"checks/prover", {"checks/core", "checks/text", "checks/policy"}},
      {"checks/iac", {"checks/core", "checks/text"}},
      {"checks/capability", {"checks/core", "checks/text", "checks/policy"}},
      {"checks/intent", {"checks/core", "checks/text", "checks/capability"}},
      {"checks/settings", {"checks/core", "checks/text"}},
      {"report", {"checks/core"}},
      {"store", {"checks/core"}},
      {"net", {"checks/core"}},
      {"aws", {"net", "checks/core"}},
      {"drills", {"checks/core", "net", "aws", "store"}},
      {"github", {"net", "checks/core"}},
  };
  if (from == to || from == "app") {
    return true;
  }
  if (areas().contains(from)) {
    return to == "checks/core" || to == "checks/text" || to == "checks/policy" ||
           to == "checks/iac" || to == "checks/prover" || to == "checks/capability" ||
           to == "checks/lint" || areas().contains(to);
  }
  const auto allowed = kAllowed.find(from);
  return allowed != kAllowed.end() && allowed->second.contains(to);
}

struct Include {
  std::string file;
  std::string target;
  bool system = false;
};

std::vector<Include> includes_of(const fs::path& root, const fs::path& file) {
  std::vector<Include> includes;
  std::ifstream in(file);
  std::string line;
  while (std::getline(in, line)) {
    if (!line.starts_with("#include ")) {
      continue;
    }
    const bool system = line[9] == '<';
    const std::size_t end = line.find(system ? '>' : '"', 10);
    includes.push_back(
        {fs::relative(file, root).generic_string(), line.substr(10, end - 10), system});
  }
  return includes;
}

std::vector<Include> all_includes() {
  const fs::path root = MUSTER_SOURCE_DIR;
  std::vector<Include> all;
  for (const char* folder : {"app", "aws", "checks", "github", "net", "report", "store"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      const std::string extension = entry.path().extension().string();
      if (extension == ".h" || extension == ".cpp") {
        const auto found = includes_of(root, entry.path());
        all.insert(all.end(), found.begin(), found.end());
      }
    }
  }
  return all;
}

TEST_CASE("dependencies point inward") {
  const auto includes = all_includes();
  CHECK(includes.size() > 100);
  for (const Include& include : includes) {
    if (!include.system) {
      CAPTURE(include.file);
      CAPTURE(include.target);
      CHECK(may_use(module_of(include.file), module_of(include.target)));
    }
  }
}

TEST_CASE("a check never includes another check, only models and helpers of an area") {
  for (const Include& include : all_includes()) {
    const std::string from = module_of(include.file);
    const std::string to = include.system ? "" : module_of(include.target);
    if (areas().contains(from) && areas().contains(to)) {
      CAPTURE(include.file);
      CAPTURE(include.target);
      CHECK(include.target.ends_with(".h"));
    }
  }
}

TEST_CASE("each third-party library has its one home") {
  const std::map<std::string, std::set<std::string>> homes = {
      {"CLI/CLI.hpp", {"app/cli.cpp", "app/cli_drill.cpp"}},
      {"yaml.h", {"checks/text/"}},
      {"sqlite3.h", {"store/"}},
      {"curl/", {"net/", "drills/sampler.cpp"}},
      {"ctemplate/template.h", {"report/"}},
      {"nlohmann/json.hpp", {"report/", "app/", "drills/", "net/json.cpp"}},
      {"pugixml.hpp", {"aws/xml.cpp"}},
      {"openssl/", {"checks/core/digest.cpp", "aws/sigv4.cpp", "aws/sso_cache.cpp"}},
  };
  for (const Include& include : all_includes()) {
    for (const auto& [library, allowed] : homes) {
      if (!include.system || !include.target.starts_with(library)) {
        continue;
      }
      CAPTURE(include.file);
      CAPTURE(include.target);
      bool at_home = false;
      for (const std::string& home : allowed) {
        at_home = at_home || include.file.starts_with(home);
      }
      CHECK(at_home);
      const bool heavy = library == "nlohmann/json.hpp" || library == "CLI/CLI.hpp";
      if (heavy) {
        CHECK(include.file.ends_with(".cpp"));
      }
    }
  }
}

TEST_CASE("the pure core asks neither clock nor environment nor file system") {
  const fs::path root = MUSTER_SOURCE_DIR;
  for (const auto& entry : fs::recursive_directory_iterator(root / "checks")) {
    const std::string extension = entry.path().extension().string();
    if (extension != ".h" && extension != ".cpp") {
      continue;
    }
    std::ifstream in(entry.path());
    std::stringstream text;
    text << in.rdbuf();
    CAPTURE(entry.path().string());
    for (const char* impure :
         {"getenv(", "::now()", "std::ifstream", "std::ofstream", "std::filesystem", "std::cout",
          "std::cerr", "std::thread", "random_device"}) {
      CAPTURE(impure);
      CHECK(text.str().find(impure) == std::string::npos);
    }
  }
}

}  // namespace
