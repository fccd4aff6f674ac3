// Real workflow files: none may crash the parser, and a rejection must be a clear error with a
// place.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "checks/workflow/model.h"

namespace muster::workflow {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

TEST_CASE("public workflow files parse") {
  const char* shared = std::getenv("MUSTER_SHARED");
  const fs::path folder =
      fs::path(shared != nullptr ? shared : "../shared") / "data/workflows/corpus";
  if (!fs::exists(folder)) {
    MESSAGE("skipped: no corpus at " << folder.string());
    return;
  }
  int parsed = 0;
  int rejected = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto workflow =
        parse_workflow(read(entry.path()), SourceId(entry.path().filename().string()));
    parsed += workflow.ok() ? 1 : 0;
    if (!workflow) {
      ++rejected;
      MESSAGE(to_string(workflow.error()));
      CHECK(workflow.error().where.has_value());
    }
  }
  MESSAGE(parsed << " parsed, " << rejected << " rejected");
  CHECK(parsed + rejected > 0);
  CHECK(rejected * 20 <= parsed);
}

}  // namespace
}  // namespace muster::workflow
