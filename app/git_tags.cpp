#include "app/git_tags.h"

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

#include "app/git_objects.h"
#include "checks/core/digest.h"

namespace muster::app {

void add_git_tags(const std::filesystem::path& root, Repository& repository) {
  std::error_code error;
  if (!std::filesystem::exists(root / ".git", error)) {
    return;
  }
  const std::string shown = ".git/refs/tags";
  const auto checkout = GitObjects::open(root);
  auto tags = checkout ? checkout.value().tags() : Result<std::string>(checkout.error());
  if (!tags) {
    repository.facts.not_covered.push_back({shown, tags.error().message, false});
    return;
  }
  if (tags.value().empty()) {
    return;
  }
  repository.inputs.push_back({shown, hex(sha256(tags.value()))});
  std::ranges::sort(repository.inputs);
  auto& documents = repository.facts.documents;
  documents.push_back({DocumentKind::GitTags, SourceId(shown), std::move(tags).value()});
  std::ranges::sort(documents, {}, [](const Document& one) { return one.source.path(); });
}

}  // namespace muster::app
