// Any bytes as answers of GitHub about repositories. What is read has the name of a repository,
// what is not has a reason, and no document is lost without a word.
#include "checks/settings/read.h"
#include "tests/fuzz/laws.h"
#include "tests/fuzz/parts.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace muster;
  Facts facts = fuzz::facts_of_parts(data, size, DocumentKind::GithubSettings);
  const settings::Read read = settings::read_settings(facts.documents);
  fuzz::require(!read.repositories.empty() || !read.not_covered.empty());
  for (const RepositorySettings& one : read.repositories) {
    fuzz::require(!one.name.empty());
  }
  for (const NotCovered& gap : read.not_covered) {
    fuzz::require(!gap.what.empty() && !gap.why.empty() && gap.why.find('\n') == std::string::npos);
  }
  facts.repositories = read.repositories;
  static const std::vector<Check> kChecks = registered_checks();
  static const Intent kIntent;
  fuzz::require_complete(audit({facts, kIntent, TimePoint{}}, kChecks));
  return 0;
}
