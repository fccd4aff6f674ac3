// A service cannot be rolled without an outage, or not at all: neither forward nor back. ECS keeps
// at least `minimumHealthyPercent` of the desired tasks (rounded up) and at most `maximumPercent`
// (rounded down). Source: Amazon ECS API Reference, "DeploymentConfiguration". Services that are
// deployed otherwise (blue/green, one task on each host, CodeDeploy) do not follow these numbers.
#include "checks/iam/aws_answers.h"
#include "checks/image/services.h"

namespace muster::rollback {
namespace {

/// How many tasks may run while a deployment goes on.
struct Bounds {
  long least = 0;
  long most = 0;
};

Bounds bounds_of(const image::DeploymentSettings& settings) {
  constexpr long kWhole = 100;
  const long desired = *settings.desired_count;
  return {(desired * *settings.minimum_healthy_percent + kWhole - 1) / kWhole,
          desired * *settings.maximum_percent / kWhole};
}

void judge_spare(const image::Service& service, const image::DeploymentSettings& settings,
                 const Intent& intent, Outcomes& out) {
  const Bounds bounds = bounds_of(settings);
  const long desired = *settings.desired_count;
  const bool stuck = bounds.most <= desired && bounds.least >= desired;
  const bool outage = bounds.least == 0;
  if (desired == 0 || (!stuck && !outage)) {
    out.pass(service.asset(), settings.where);
    return;
  }
  const bool below = image::side_of(service, intent) == iam::Side::Elsewhere;
  out.fail(service.asset(), settings.where,
           {WitnessKind::Text,
            {{"service", {service.arn}},
             {"desired tasks", {std::to_string(desired)}},
             {"minimumHealthyPercent", {std::to_string(*settings.minimum_healthy_percent)}},
             {"maximumPercent", {std::to_string(*settings.maximum_percent)}},
             {"tasks while it rolls",
              {std::to_string(bounds.least) + " to " + std::to_string(bounds.most)}}}})
      .arg("service", iam::last_part(service.arn))
      .arg("consequence", stuck ? "cannot be rolled at all: no task may be started or stopped"
                                : "may be stopped as a whole while it is rolled")
      .severity(below   ? Severity::Low
                : stuck ? Severity::High
                        : Severity::Medium);
}

void ecs_no_spare(const AuditInput& input, Outcomes& out) {
  // Far above what ECS takes; keeps the products small.
  constexpr long kMost = 1'000'000;
  for (const image::Service& service : input.model<image::EcsServices>().all()) {
    const auto& settings = service.settings;
    if (settings && settings->controller != "ECS") {
      continue;
    }
    if (settings && (settings->strategy != "ROLLING" || settings->scheduling != "REPLICA")) {
      out.pass(service.asset(), settings->where);
      continue;
    }
    const auto sane = [](const std::optional<long>& number) {
      return number && *number >= 0 && *number <= kMost;
    };
    if (!settings || !sane(settings->minimum_healthy_percent) || !sane(settings->maximum_percent) ||
        !sane(settings->desired_count)) {
      out.undecided(
          service.asset(), service.where,
          "its numbers of tasks (`deploymentConfiguration`, `desiredCount`) are not among "
          "the facts");
      continue;
    }
    judge_spare(service, *settings, input.intent(), out);
  }
}

const Register kEcsNoSpareCheck{
    "rollback-ecs-no-spare", ecs_no_spare, {iam::unreadable_aws_answers}};

}  // namespace
}  // namespace muster::rollback
