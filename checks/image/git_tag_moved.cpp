// A tag of git names another commit than when an earlier audit looked. Source: git-tag(1), "On
// Re-tagging"; the earlier commits come from muster's own history. Tags that name no version are
// made to be moved, unless they are releases.
#include <algorithm>

#include "checks/core/run.h"
#include "checks/image/release_tags.h"
#include "checks/image/tags.h"

namespace muster::image {
namespace {

void judge(const GitTag& tag, const std::string& release, const std::vector<PastTag>& before,
           Outcomes& out) {
  const Asset asset{"git-tag", "refs/tags/" + tag.name};
  const auto other = std::ranges::find_if(
      before, [&](const PastTag& one) { return one.named.target != tag.commit; });
  if (other == before.end()) {
    out.pass(asset, tag.where);
    return;
  }
  out.fail(asset, tag.where,
           {WitnessKind::Text,
            {{"tag", {tag.name}},
             {"named", {other->named.target}},
             {"last seen so", {to_utc(other->last_seen)}},
             {"names", {tag.commit}}}})
      .arg("before", other->named.target)
      .arg("seen", to_utc(other->last_seen).substr(0, 10))
      .arg("now", tag.commit)
      .because(release)
      .severity(release.empty() ? Severity::Medium : Severity::High);
}

void git_tag_moved(const AuditInput& input, Outcomes& out) {
  const auto& past = input.model<PastTags>();
  for (const GitTag& tag : input.model<GitTags>().all()) {
    const std::string release = release_reason(input, tag.name);
    const auto before = past.of(std::string(kGitPlace), tag.name);
    if (!before.empty() && (!release.empty() || names_version(tag.name))) {
      judge(tag, release, before, out);
    }
  }
}

const Register kGitTagMovedCheck{"image-git-tag-moved", git_tag_moved, {}};

}  // namespace
}  // namespace muster::image
