// A tag of an image names another image than when an earlier audit looked: what was tested,
// approved and noted under that name is not what it gives now. Judged are tags that a service runs,
// and those that name a version; `latest` and the like are made to be moved. Source: Amazon ECR API
// Reference, ImageDetail; the earlier digests come from muster's own history.
#include <set>

#include "checks/core/run.h"
#include "checks/image/services.h"
#include "checks/image/tags.h"

namespace muster::image {
namespace {

/// ARN and tag of every image that a service runs now.
std::set<std::pair<std::string, std::string>> running_tags(const AuditInput& input) {
  std::set<std::pair<std::string, std::string>> found;
  const auto& services = input.model<EcsServices>();
  for (const Service& service : services.all()) {
    if (const TaskDefinition* current = services.current(service)) {
      for (const Container& container : current->containers) {
        if (container.reference && container.reference->digest.empty()) {
          found.emplace(container.reference->repository_arn(), container.reference->tag);
        }
      }
    }
  }
  return found;
}

void judge(const Repository& repository, const Image& image, const std::string& tag, bool runs,
           const PastTags& past, Outcomes& out) {
  const std::string pushed = image.pushed ? to_utc(*image.pushed) : "not known";
  past.judge({repository.arn, tag, image.digest}, {"image-tag", repository.arn + ":" + tag},
             image.where, {{"pushed", {pushed}}}, out)
      .because(runs ? "a service runs this tag" : "")
      .severity(runs ? Severity::High : Severity::Medium);
}

void tag_moved(const AuditInput& input, Outcomes& out) {
  const auto running = running_tags(input);
  const auto& past = input.model<PastTags>();
  for (const auto& [arn, repository] : input.model<Registry>().all()) {
    if (!repository.images) {
      continue;
    }
    for (const Image& image : *repository.images) {
      for (const std::string& tag : image.tags) {
        const bool runs = running.contains({arn, tag});
        if (runs || names_version(tag)) {
          judge(repository, image, tag, runs, past, out);
        }
      }
    }
  }
}

const Register kTagMovedCheck{"image-tag-moved", tag_moved, {iam::unreadable_aws_answers}};

}  // namespace
}  // namespace muster::image
