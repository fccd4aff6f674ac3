// Edges over what a carrier of a role consumes: images by tag, bundles, parameters, documents.
#include <algorithm>
#include <optional>

#include "checks/escalation/candidates.h"
#include "checks/escalation/draft.h"
#include "checks/policy/glob.h"

namespace muster::escalation {
namespace {

/// An image in a registry of ECR.
struct Image {
  /// ARN of the repository.
  std::string repository;
  /// Empty when it is named by digest.
  std::string tag;
};

/// `111122223333.dkr.ecr.eu-central-1.amazonaws.com/shop:latest`
std::optional<Image> image_of(std::string_view text) {
  constexpr std::string_view kHost = ".dkr.ecr.";
  const std::size_t host = text.find(kHost);
  const std::size_t slash = text.find('/');
  if (host == std::string_view::npos || slash == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view account = text.substr(0, host);
  std::string_view region = text.substr(host + kHost.size());
  region = region.substr(0, region.find('.'));
  const std::string_view rest = text.substr(slash + 1);
  const std::size_t digest = rest.find('@');
  const std::size_t colon = rest.find(':');
  Image image;
  image.repository = "arn:" + std::string(partition_of(region)) + ":ecr:" + std::string(region) +
                     ":" + std::string(account) + ":repository/" +
                     std::string(rest.substr(0, std::min(digest, colon)));
  if (digest == std::string_view::npos) {
    image.tag = colon == std::string_view::npos ? "latest" : std::string(rest.substr(colon + 1));
  }
  return image;
}

/// Whether one of the comma-separated filters of a repository matches the tag.
bool is_excluded(std::string_view filters, std::string_view tag) {
  while (!filters.empty()) {
    const std::size_t comma = filters.find(',');
    if (policy::glob_match(text::trim(filters.substr(0, comma)), tag, policy::Wildcards{})) {
      return true;
    }
    filters = comma == std::string_view::npos ? std::string_view() : filters.substr(comma + 1);
  }
  return false;
}

/// Whether the tag can be moved; nothing when the facts do not tell.
std::optional<bool> is_mutable(const AccountMap& map, const Image& image) {
  const iam::Resource* repository = map.thing(image.repository);
  const std::string_view mode =
      repository == nullptr ? std::string_view() : repository->property("image_tag_mutability");
  if (mode.empty()) {
    return std::nullopt;
  }
  const bool excluded =
      is_excluded(repository->property("image_tag_mutability_exclusion_filter"), image.tag);
  if (mode.ends_with("_WITH_EXCLUSION")) {
    return mode.starts_with("IMMUTABLE") == excluded;
  }
  return mode == "MUTABLE";
}

/// What keeps an overwritten image from being started, or lets it.
void judge_image(const AccountMap& map, const Way& way, const Image& image, Draft& draft) {
  if (image.tag.empty()) {
    draft.stop("the image is named by its digest");
    return;
  }
  const auto moves = is_mutable(map, image);
  if (!moves) {
    draft.unknown("whether tag `" + image.tag + "` of `" + image.repository + "` can be moved");
  } else if (way.artifact == "image" && !*moves) {
    draft.stop("tag `" + image.tag + "` of `" + image.repository + "` is immutable");
  } else if (way.artifact == "image-immutable" && *moves) {
    draft.stop("tag `" + image.tag + "` of `" + image.repository + "` is mutable as it is");
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
  const std::string& arn = image ? image->repository : artifact;
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
