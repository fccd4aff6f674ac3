#include "checks/image/services.h"

namespace muster::image {
namespace {

std::string short_name(std::string_view arn) {
  return std::string(arn.substr(arn.rfind('/') + 1));
}

void visit(const UsedImage& place, Outcomes& out,
           const std::function<void(const UsedImage& used)>& judge) {
  for (const Container& container : place.task_definition->containers) {
    UsedImage used = place;
    used.container = &container;
    if (container.reference) {
      judge(used);
    } else {
      undecided(used, "`" + container.image + "` cannot be understood as the name of an image",
                out);
    }
  }
}

}  // namespace

std::string UsedImage::revision() const {
  return short_name(task_definition->arn);
}

std::string UsedImage::anchor() const {
  return "container " + container->name + (previous ? " of the revision before" : "");
}

void each_used_image(const AuditInput& input, Revisions revisions, Outcomes& out,
                     const std::function<void(const UsedImage& used)>& judge) {
  const auto& services = input.model<EcsServices>();
  for (const Service& service : services.all()) {
    const TaskDefinition* current = services.current(service);
    if (current == nullptr) {
      out.undecided(service.asset(), service.where,
                    "its task definition `" + short_name(service.task_definition) +
                        "` is not among the facts; add `aws ecs describe-task-definition`");
      continue;
    }
    visit({&service, current, nullptr, false}, out, judge);
    if (revisions == Revisions::Current) {
      continue;
    }
    const Previous before = services.previous(service);
    if (!before.unknown.empty()) {
      out.undecided(service.asset(), service.where, before.unknown).anchor("revision before");
    } else if (before.task_definition != nullptr) {
      visit({&service, before.task_definition, nullptr, true}, out, judge);
    }
  }
}

void undecided(const UsedImage& used, const std::string& reason, Outcomes& out) {
  out.undecided(used.service->asset(), used.container->where, reason).anchor(used.anchor());
}

}  // namespace muster::image
