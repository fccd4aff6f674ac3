// An image that a service runs, or that its rollback needs, is no more in the registry or lies in
// the archive: no task of it can start. Source: Amazon ECS Developer Guide, "Amazon ECS rolling
// update deployments"; Amazon ECR User Guide, "Archiving an image".
#include "checks/image/services.h"

namespace muster::image {
namespace {

void judge(const UsedImage& used, const Registry& registry, Outcomes& out) {
  const Reference& image = *used.container->reference;
  if (image.kind != RegistryKind::Ecr) {
    return;
  }
  const Repository* repository = registry.find(image.repository_arn());
  if (repository == nullptr || !repository->images) {
    undecided(used,
              "the images of `" + image.repository +
                  "` are not among the facts; add `aws ecr describe-images --repository-name " +
                  image.repository + "` of account " + image.account + " in " + image.region,
              out);
    return;
  }
  const Image* found = repository->find(image.tag, image.digest);
  const Asset asset = used.service->asset();
  if (found != nullptr && !found->archived) {
    out.pass(asset, used.container->where).anchor(used.anchor());
    return;
  }
  auto draft =
      out.fail(asset, used.container->where,
               {WitnessKind::Text,
                {{"task definition", {used.revision()}},
                 {"container", {used.container->name}},
                 {"image", {used.container->image}},
                 {"images in the repository", {std::to_string(repository->images->size())}},
                 {"found", {found == nullptr ? "none" : "archived"}}}});
  draft.arg("image", used.container->image)
      .arg("what", used.previous ? "the revision before, `" + used.revision() + "`, needs"
                                 : "`" + used.revision() + "`, which runs, needs")
      .arg("state", found == nullptr ? "is gone from its repository" : "lies in the archive")
      .anchor(used.anchor());
  if (found != nullptr) {
    draft.related(found->where, "the archived image");
  }
}

void deployed_gone(const AuditInput& input, Outcomes& out) {
  const auto& registry = input.model<Registry>();
  each_used_image(input, Revisions::CurrentAndPrevious, out,
                  [&](const UsedImage& used) { judge(used, registry, out); });
}

const Register kDeployedGoneCheck{
    "image-deployed-gone", deployed_gone, {iam::unreadable_aws_answers}};

}  // namespace
}  // namespace muster::image
