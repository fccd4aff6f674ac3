// A release is tagged with a name alone: git keeps neither who tagged it nor when, and it cannot be
// signed. Source: git-tag(1): annotated tags are meant for release.
#include "checks/image/release_tags.h"
#include "checks/image/tags.h"

namespace muster::image {
namespace {

void git_tag_lightweight(const AuditInput& input, Outcomes& out) {
  for (const GitTag& tag : input.model<GitTags>().all()) {
    const std::string release = release_reason(input, tag.name);
    const Asset asset{"git-tag", "refs/tags/" + tag.name};
    if (release.empty()) {
      continue;
    }
    if (tag.annotated) {
      out.pass(asset, tag.where);
      continue;
    }
    out.fail(asset, tag.where,
             {WitnessKind::Text,
              {{"tag", {tag.name}}, {"kind", {"commit"}}, {"names", {tag.commit}}}})
        .arg("tag", tag.name)
        .arg("why", release);
  }
}

const Register kGitTagLightweightCheck{"image-git-tag-lightweight", git_tag_lightweight, {}};

}  // namespace
}  // namespace muster::image
