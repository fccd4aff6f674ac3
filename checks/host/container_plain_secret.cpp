// A container of a service has a secret as plain text in its task definition: everybody who may
// read task definitions reads it, and every revision keeps it. Judged by the name of the variable;
// collected facts do not hold the value. Source: Amazon ECS Developer Guide, "Pass sensitive data
// to an Amazon ECS container"; AWS Security Hub, control ECS.8.
#include <algorithm>
#include <array>

#include "checks/iam/aws_answers.h"
#include "checks/iam/model.h"
#include "checks/image/ecs.h"
#include "checks/text/ascii.h"
#include "checks/text/secret_name.h"

namespace muster::host {
namespace {

/// Values that tell where a secret is, or none.
bool is_no_secret(std::string_view value) {
  constexpr std::array<std::string_view, 4> kBegins = {"arn:", "secretsmanager:", "ssm:", "${"};
  constexpr std::array<std::string_view, 2> kSwitches = {"true", "false"};
  const auto begins = [&](std::string_view begin) { return value.starts_with(begin); };
  return value.empty() || text::one_of(text::lower(value), kSwitches) ||
         std::ranges::any_of(kBegins, begins);
}

void judge(const image::Service& service, const image::TaskDefinition& definition,
           const image::Container& container, Outcomes& out) {
  const std::string revision = iam::last_part(definition.arn);
  bool found = false;
  for (const Variable& variable : container.environment) {
    if (!text::names_secret(variable.name) || is_no_secret(variable.value)) {
      continue;
    }
    found = true;
    out.fail(service.asset(), container.where,
             {WitnessKind::Text,
              {{"task definition", {revision}},
               {"container", {container.name}},
               {"variable", {variable.name}}}})
        .arg("container", container.name)
        .arg("definition", revision)
        .arg("variable", variable.name)
        .anchor("container " + container.name + ", " + variable.name);
  }
  if (!found) {
    out.pass(service.asset(), container.where).anchor("container " + container.name);
  }
}

void container_plain_secret(const AuditInput& input, Outcomes& out) {
  const auto& services = input.model<image::EcsServices>();
  for (const image::Service& service : services.all()) {
    const image::TaskDefinition* current = services.current(service);
    if (current == nullptr) {
      out.undecided(service.asset(), service.where,
                    "its task definition is not among the facts; add `aws ecs "
                    "describe-task-definition`");
      continue;
    }
    for (const image::Container& container : current->containers) {
      judge(service, *current, container, out);
    }
  }
}

const Register kContainerPlainSecretCheck{
    "host-container-plain-secret", container_plain_secret, {iam::unreadable_aws_answers}};

}  // namespace
}  // namespace muster::host
