// A service runs an image by a tag that a push may move: the next task that starts, for scaling or
// after a crash, may run something that nobody approved. Source: Amazon ECR User Guide, "Preventing
// image tags from being overwritten"; ECR Public has no such setting, nor have the packages of
// GitHub.
#include "checks/image/services.h"
#include "checks/image/tags.h"

namespace muster::image {
namespace {

/// What is known of a tag's being movable.
struct Movable {
  enum class Answer { No, Yes, Unknown } answer = Answer::Unknown;
  /// Half a sentence.
  std::string why;
};

std::string joined(const std::vector<std::string>& filters) {
  std::string all;
  for (const std::string& filter : filters) {
    all += (all.empty() ? "`" : ", `") + filter + "`";
  }
  return all;
}

Movable movable_in_ecr(const Registry& registry, const Reference& image) {
  const std::string arn = image.repository_arn();
  const Repository* repository = registry.find(arn);
  const auto moves = repository == nullptr ? std::nullopt : repository->can_move(image.tag);
  if (!moves) {
    return {Movable::Answer::Unknown,
            "whether its tags can be moved is not known: add `aws ecr describe-repositories` of "
            "account " +
                image.account + " in " + image.region};
  }
  std::string why = "its repository is `" + repository->mutability + "`";
  if (!repository->exclusions.empty()) {
    why += " with the exclusions " + joined(repository->exclusions);
  }
  return {*moves ? Movable::Answer::Yes : Movable::Answer::No, std::move(why)};
}

Movable movable(const Registry& registry, const Reference& image) {
  switch (image.kind) {
    case RegistryKind::Ecr:
      return movable_in_ecr(registry, image);
    case RegistryKind::EcrPublic:
      return {Movable::Answer::Yes, "tags in Amazon ECR Public can always be moved"};
    case RegistryKind::Other:
      break;
  }
  if (image.registry == "ghcr.io") {
    return {Movable::Answer::Yes, "tags of GitHub's packages can always be moved"};
  }
  return {Movable::Answer::Unknown, "whether tags of `" + image.registry +
                                        "` can be moved is up to that registry; name the image by "
                                        "its digest"};
}

void judge(const UsedImage& used, const Registry& registry, Outcomes& out) {
  const Reference& image = *used.container->reference;
  const Asset asset = used.service->asset();
  if (!image.digest.empty()) {
    out.pass(asset, used.container->where).anchor(used.anchor());
    return;
  }
  const Movable found = movable(registry, image);
  if (found.answer == Movable::Answer::Unknown) {
    undecided(used, "`" + used.container->image + "`: " + found.why, out);
    return;
  }
  if (found.answer == Movable::Answer::No) {
    out.pass(asset, used.container->where).anchor(used.anchor());
    return;
  }
  auto draft = out.fail(asset, used.container->where,
                        {WitnessKind::Text,
                         {{"task definition", {used.revision()}},
                          {"container", {used.container->name}},
                          {"image", {used.container->image}},
                          {"tag", {image.tag}}}});
  draft.arg("image", used.container->image).arg("why", found.why).anchor(used.anchor());
  if (!names_version(image.tag)) {
    draft.severity(Severity::High);
  }
}

void tag_overwritable(const AuditInput& input, Outcomes& out) {
  const auto& registry = input.model<Registry>();
  each_used_image(input, Revisions::Current, out,
                  [&](const UsedImage& used) { judge(used, registry, out); });
}

const Register kTagOverwritableCheck{
    "image-tag-overwritable", tag_overwritable, {iam::unreadable_aws_answers}};

}  // namespace
}  // namespace muster::image
