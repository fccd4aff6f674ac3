// Edges over what a carrier of a role consumes: images by tag, bundles, parameters, documents.
#include <algorithm>
#include <optional>

#include "checks/escalation/candidates.h"
#include "checks/escalation/draft.h"
#include "checks/image/reference.h"
#include "checks/image/registry.h"

namespace muster::escalation {
namespace {

/// An image in a registry of ECR.
std::optional<image::Reference> image_of(std::string_view text) {
  auto reference = image::parse_reference(text);
  return reference && reference->kind == image::RegistryKind::Ecr ? reference : std::nullopt;
}

/// Whether the tag can be moved; nothing when the facts do not tell.
std::optional<bool> is_mutable(const AccountMap& map, const image::Reference& image) {
  const iam::Resource* found = map.thing(image.repository_arn());
  return found == nullptr ? std::nullopt : image::repository_of(*found).can_move(image.tag);
}

/// What keeps an overwritten image from being started, or lets it.
void judge_image(const AccountMap& map, const Way& way, const image::Reference& image,
                 Draft& draft) {
  if (!image.digest.empty()) {
    draft.stop("the image is named by its digest");
    return;
  }
  const auto moves = is_mutable(map, image);
  if (!moves) {
    draft.unknown("whether tag `" + image.tag + "` of `" + image.repository_arn() +
                  "` can be moved");
  } else if (way.artifact == "image" && !*moves) {
    draft.stop("tag `" + image.tag + "` of `" + image.repository_arn() + "` is immutable");
  } else if (way.artifact == "image-immutable" && *moves) {
    draft.stop("tag `" + image.tag + "` of `" + image.repository_arn() + "` is mutable as it is");
  }
}

/// The kind of artifact that an ARN names, as in `Way::artifact`.
std::string_view kind_of(std::string_view arn, const iam::Resource& consumer) {
  const std::string_view service = iam::arn_field(arn, iam::kServiceField);
  if (service == "s3") {
    return consumer.type == "terraform_state" ? "state" : "object";
  }
  if (service == "secretsmanager") {
    return "secret";
  }
  if (service == "ssm") {
    return arn.find(":document/") != std::string_view::npos ? "document" : "parameter";
  }
  return {};
}

/// A consumer that names a version does not see a later one.
void judge_version(const iam::Resource& consumer, std::string_view kind, Draft& draft) {
  const std::string_view property = kind == "document" ? "document_version" : "object_version";
  const std::string_view version = consumer.property(property);
  if (!version.empty() && version != "$LATEST" && version != "$DEFAULT") {
    draft.stop("`" + consumer.name + "` names version `" + std::string(version) + "`");
  }
}

}  // namespace

Edge EdgeFinder::over_artifact(const Way& way, Id from, Id to, const iam::Resource& consumer,
                               const std::string& artifact) const {
  Draft draft(map_, &way, from, to);
  draft.edge().over = artifact;
  const auto image = image_of(artifact);
  const std::string arn = image ? image->repository_arn() : artifact;
  for (const Step& step : way.steps) {
    const iam::Resource* thing = map_.thing(arn);
    draft.step(step.action, thing != nullptr ? object_of(step.action, *thing)
                                             : Object{{arn}, TagKnowledge::Unknown, {}});
  }
  if (image) {
    judge_image(map_, way, *image, draft);
  } else {
    judge_version(consumer, kind_of(arn, consumer), draft);
  }
  return std::move(draft.edge());
}

std::optional<Edge> EdgeFinder::over_artifacts(const Way& way, Id from, Id to) const {
  std::optional<Edge> best;
  for (const iam::Resource* consumer : map_.carriers(to)) {
    for (const std::string& artifact : consumer->consumes) {
      const bool fits = image_of(artifact) ? way.artifact.starts_with("image")
                                           : kind_of(artifact, *consumer) == way.artifact;
      if (fits) {
        keep_better(best, over_artifact(way, from, to, *consumer, artifact));
      }
    }
  }
  return best;
}

}  // namespace muster::escalation
