#include "checks/image/services.h"

#include <algorithm>
#include <initializer_list>
#include <set>

#include "checks/iam/model.h"
#include "checks/policy/glob.h"

namespace muster::image {
namespace {

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

/// Whether a value of the parameter stands for one of the names.
bool allows(const IntentCapability& capability, std::string_view parameter,
            std::initializer_list<std::string_view> names) {
  const auto stands_for_one = [&](const Variable& entry) {
    return std::ranges::any_of(names, [&](std::string_view name) {
      return policy::glob_match(entry.value, name, policy::Wildcards{});
    });
  };
  return std::ranges::any_of(capability.arguments, [&](const IntentArgument& argument) {
    return argument.name == parameter && std::ranges::any_of(argument.entries, stands_for_one);
  });
}

bool may_deploy(const IntentRole& role, const Service& service) {
  const std::string_view arn = service.arn;
  constexpr std::string_view kBefore = ":service/";
  const std::size_t at = arn.find(kBefore);
  const std::string_view path = at == std::string_view::npos ? "" : arn.substr(at + kBefore.size());
  const std::string_view cluster = path.substr(0, path.find('/'));
  const bool elsewhere = !role.arn.empty() && iam::arn_field(role.arn, iam::kAccountField) !=
                                                  iam::arn_field(arn, iam::kAccountField);
  return !elsewhere && role.capabilities &&
         std::ranges::any_of(*role.capabilities, [&](const IntentCapability& one) {
           return (one.name == "ecs-deploy" || one.name == "ecs-rollback") &&
                  allows(one, "cluster", {cluster}) &&
                  allows(one, "service", {iam::last_part(arn), arn});
         });
}

}  // namespace

std::vector<std::string> environments_of(const Service& service, const Intent& intent) {
  std::set<std::string> environments;
  for (const IntentRole& role : intent.roles) {
    if (may_deploy(role, service)) {
      environments.insert(role.environments.begin(), role.environments.end());
    }
  }
  return {environments.begin(), environments.end()};
}

iam::Side side_of(const Service& service, const Intent& intent) {
  return iam::side_of(environments_of(service, intent), intent);
}

std::string UsedImage::revision() const {
  return iam::last_part(task_definition->arn);
}

std::string UsedImage::anchor() const {
  return "container " + container->name + (previous ? " of the revision before" : "");
}

void each_used_image(const AuditInput& input, const Service& service, Revisions revisions,
                     Outcomes& out, const std::function<void(const UsedImage& used)>& judge) {
  const auto& services = input.model<EcsServices>();
  const TaskDefinition* current = services.current(service);
  if (current == nullptr) {
    out.undecided(service.asset(), service.where,
                  "its task definition `" + iam::last_part(service.task_definition) +
                      "` is not among the facts; add `aws ecs describe-task-definition`");
    return;
  }
  visit({&service, current, nullptr, false}, out, judge);
  if (revisions == Revisions::Current) {
    return;
  }
  const Previous before = services.previous(service);
  if (!before.unknown.empty()) {
    out.undecided(service.asset(), service.where, before.unknown).anchor("revision before");
  } else if (before.task_definition != nullptr) {
    visit({&service, before.task_definition, nullptr, true}, out, judge);
  }
}

void each_used_image(const AuditInput& input, Revisions revisions, Outcomes& out,
                     const std::function<void(const UsedImage& used)>& judge) {
  for (const Service& service : input.model<EcsServices>().all()) {
    each_used_image(input, service, revisions, out, judge);
  }
}

void undecided(const UsedImage& used, const std::string& reason, Outcomes& out) {
  out.undecided(used.service->asset(), used.container->where, reason).anchor(used.anchor());
}

}  // namespace muster::image
