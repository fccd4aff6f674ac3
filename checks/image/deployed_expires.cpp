// The lifecycle policy of the repository takes an image that a service runs or that its rollback
// needs, now or soon. That an image is in use protects it from nothing. Source: Amazon ECR User
// Guide, "Automate the cleanup of images by using lifecycle policies". Images of a manifest list
// stay as long as the list does; what is judged here is what the task definition names.
#include <chrono>

#include "checks/core/run.h"
#include "checks/image/services.h"

namespace muster::image {
namespace {

/// How far ahead a date is a finding: two weekly reports.
constexpr std::chrono::days kAhead(14);

/// How many more images may be pushed before the image is taken, for it to be too few. The running
/// one must survive the next push and then be there for a rollback; the one before is replaced by
/// then.
long too_few(const UsedImage& used) {
  return used.previous ? 0 : 1;
}

bool is_near(const UsedImage& used, const Fate& fate, TimePoint now) {
  return fate.at ? *fate.at <= now + kAhead : *fate.after_pushes <= too_few(used);
}

bool is_due(const Fate& fate, TimePoint now) {
  return fate.at ? *fate.at <= now : *fate.after_pushes == 0;
}

std::string when_of(const Fate& fate, TimePoint now) {
  if (is_due(fate, now)) {
    return "within a day";
  }
  return fate.at ? "on " + to_utc(*fate.at).substr(0, 10) : "with the next push";
}

void report(const UsedImage& used, const Repository& repository, const Image& image,
            const Fate& fate, TimePoint now, Outcomes& out) {
  out.fail(used.service->asset(), used.container->where,
           {WitnessKind::Text,
            {{"task definition", {used.revision()}},
             {"image", {used.container->image}},
             {"digest", {image.digest}},
             {"pushed", {image.pushed ? to_utc(*image.pushed) : "not known"}},
             {"rule of the lifecycle policy", {std::to_string(fate.priority)}},
             {fate.archives ? "archived" : "deleted", {when_of(fate, now)}}}})
      .arg("image", used.container->image)
      .arg("what", used.previous ? "a rollback to `" + used.revision() + "` needs"
                                 : "`" + used.revision() + "` runs")
      .arg("does", fate.archives ? "archives" : "deletes")
      .arg("when", when_of(fate, now))
      .severity(is_due(fate, now) ? Severity::High : Severity::Medium)
      .anchor(used.anchor())
      .related(repository.lifecycle_where, "the lifecycle policy");
}

void judge(const UsedImage& used, const Registry& registry, TimePoint now, Outcomes& out) {
  const Reference& reference = *used.container->reference;
  if (reference.kind != RegistryKind::Ecr) {
    return;
  }
  const Repository* repository = registry.find(reference.repository_arn());
  const bool told = repository != nullptr && repository->lifecycle_unknown.empty();
  if (!told || (repository->lifecycle && !repository->images)) {
    undecided(used,
              "repository `" + reference.repository + "`: " +
                  (repository == nullptr ? "it is not among the facts"
                   : told                ? "its images are not among the facts"
                                         : repository->lifecycle_unknown),
              out);
    return;
  }
  const Image* image =
      repository->lifecycle ? repository->find(reference.tag, reference.digest) : nullptr;
  const auto pass = [&] {
    out.pass(used.service->asset(), used.container->where).anchor(used.anchor());
  };
  if (image == nullptr) {
    // No policy; or no image, which image-deployed-gone tells.
    pass();
    return;
  }
  const auto index = static_cast<std::size_t>(image - repository->images->data());
  const auto [fate, unknown] = repository->lifecycle->fate_of(*repository->images, index);
  if (unknown) {
    undecided(used, "when an image of `" + reference.repository + "` was pushed is not known", out);
  } else if (fate && is_near(used, *fate, now)) {
    report(used, *repository, *image, *fate, now, out);
  } else {
    pass();
  }
}

void deployed_expires(const AuditInput& input, Outcomes& out) {
  const auto& registry = input.model<Registry>();
  each_used_image(input, Revisions::CurrentAndPrevious, out,
                  [&](const UsedImage& used) { judge(used, registry, input.now(), out); });
}

const Register kDeployedExpiresCheck{
    "image-deployed-expires", deployed_expires, {iam::unreadable_aws_answers}};

}  // namespace
}  // namespace muster::image
