// A tag of git names another commit than when an earlier audit looked. Source: git-tag(1), "On
// Re-tagging"; the earlier commits come from muster's own history. Tags that name no version are
// made to be moved, unless they are releases.
#include "checks/image/release_tags.h"
#include "checks/image/tags.h"

namespace muster::image {
namespace {

void git_tag_moved(const AuditInput& input, Outcomes& out) {
  const auto& past = input.model<PastTags>();
  for (const GitTag& tag : input.model<GitTags>().all()) {
    const std::string release = release_reason(input, tag.name);
    if (!release.empty() || names_version(tag.name)) {
      past.judge({std::string(kGitPlace), tag.name, tag.commit},
                 {"git-tag", "refs/tags/" + tag.name}, tag.where, {}, out)
          .because(release)
          .severity(release.empty() ? Severity::Medium : Severity::High);
    }
  }
}

const Register kGitTagMovedCheck{"image-git-tag-moved", git_tag_moved, {}};

}  // namespace
}  // namespace muster::image
