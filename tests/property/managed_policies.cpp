// A document that cannot be read is left out here; another test demands that all can.
#include "tests/property/managed_policies.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace muster::prover_cases {

std::vector<ManagedPolicy> managed_policies() {
  namespace fs = std::filesystem;
  const char* shared = std::getenv("MUSTER_SHARED");
  const fs::path folder =
      (shared != nullptr ? fs::path(shared) : fs::path(MUSTER_SOURCE_DIR) / "../shared") /
      "data/aws-managed-policies/documents";
  std::vector<fs::path> files;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(folder, missing)) {
    files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::vector<ManagedPolicy> all;
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    auto read =
        policy::parse_policy(std::string(std::istreambuf_iterator<char>(in), {}),
                             SourceId(file.filename().string()), policy::PolicyType::Identity);
    if (read) {
      all.push_back({file.stem().string(), std::move(read).value()});
    }
  }
  return all;
}

}  // namespace muster::prover_cases
