// A service keeps on starting a broken revision: ECS does not give up and go back by itself.
// Without the circuit breaker a deployment whose tasks never become healthy goes on until somebody
// stops it. Source: Amazon ECS Developer Guide, "How the Amazon ECS deployment circuit breaker
// detects failures", "How CloudWatch alarms detect Amazon ECS deployment failures".
#include "checks/iam/aws_answers.h"
#include "checks/image/services.h"

namespace muster::rollback {
namespace {

const char* state_of(const image::DeploymentSettings& settings) {
  return settings.breaker
             ? "the circuit breaker stops a failed deployment and does not go back: the service "
               "stays half rolled until somebody steps in"
             : "the circuit breaker is off: a revision that never becomes healthy is started again "
               "and again until somebody steps in";
}

void judge_breaker(const image::Service& service, const image::DeploymentSettings& settings,
                   const Intent& intent, Outcomes& out) {
  if (settings.breaker_rolls_back) {
    out.pass(service.asset(), settings.where);
    return;
  }
  const bool below = image::side_of(service, intent) == iam::Side::Elsewhere;
  const bool eased = settings.alarms_roll_back || below;
  out.fail(service.asset(), settings.where,
           {WitnessKind::Text,
            {{"service", {service.arn}},
             {"circuit breaker", {settings.breaker ? "stops" : "off"}},
             {"rolls back", {"no"}},
             {"alarms roll back", {settings.alarms_roll_back ? "yes" : "no"}}}})
      .arg("service", iam::last_part(service.arn))
      .arg("state", state_of(settings))
      .severity(eased ? Severity::Low : Severity::Medium)
      .because(settings.alarms_roll_back
                   ? "CloudWatch alarms roll back, if one of them sees the failure"
                   : "");
}

void ecs_breaker_off(const AuditInput& input, Outcomes& out) {
  for (const image::Service& service : input.model<image::EcsServices>().all()) {
    if (!service.settings) {
      out.undecided(service.asset(), service.where,
                    "its `deploymentConfiguration` is not among the facts");
    } else if (service.settings->controller != "ECS") {
      out.undecided(service.asset(), service.where,
                    "`" + service.settings->controller +
                        "` deploys it, and whether that rolls back is not among the facts");
    } else {
      judge_breaker(service, *service.settings, input.intent(), out);
    }
  }
}

const Register kEcsBreakerOffCheck{
    "rollback-ecs-breaker-off", ecs_breaker_off, {iam::unreadable_aws_answers}};

}  // namespace
}  // namespace muster::rollback
