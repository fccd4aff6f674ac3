// Services of ECS with the images that their task definitions name, now and in the revision before.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/check.h"
#include "checks/core/intent.h"
#include "checks/image/reference.h"

namespace muster::image {

/// A container as its task definition has it.
struct Container {
  std::string name;
  /// The image as written.
  std::string image;
  /// Absent when it cannot be understood.
  std::optional<Reference> reference;
  /// Environment variables whose values stand in the definition itself; collected facts have
  /// `[redacted: …]` in their place.
  std::vector<Variable> environment;
  SourceRef where;
};

/// One revision of a family.
struct TaskDefinition {
  std::string arn;
  /// ARN without the revision.
  std::string family;
  long revision = 0;
  /// One that is deregistered cannot be started any more.
  bool active = true;
  std::vector<Container> containers;
};

/// A container that runs, with the digest that was pulled for it.
struct RunningContainer {
  std::string task;
  std::string name;
  std::string image;
  std::string digest;
  SourceRef where;
};

/// The digest that a deployment brought for a container.
struct DeployedImage {
  std::string image;
  /// Empty = not told: each task asks the registry for itself then.
  std::string digest;
};

/// One deployment of a service.
struct Deployment {
  /// Of what it brought; deployments may share one.
  std::string revision;
  /// `SUCCESSFUL`, `ROLLBACK_SUCCESSFUL`, `IN_PROGRESS`, …
  std::string status;
  std::optional<TimePoint> created;
  /// Absent = the facts do not hold its revision.
  std::optional<std::vector<DeployedImage>> images;
};

/// How ECS brings a new revision to a service.
struct DeploymentSettings {
  /// `ECS`, `CODE_DEPLOY`, `EXTERNAL`
  std::string controller = "ECS";
  /// `ROLLING`, `BLUE_GREEN`, `LINEAR`, `CANARY`
  std::string strategy = "ROLLING";
  /// `REPLICA`, `DAEMON`
  std::string scheduling = "REPLICA";
  /// These three: absent = not told.
  std::optional<long> desired_count;
  std::optional<long> minimum_healthy_percent;
  std::optional<long> maximum_percent;
  /// Whether the circuit breaker stops a deployment whose tasks fail, and goes back then.
  bool breaker = false;
  bool breaker_rolls_back = false;
  /// The same by CloudWatch alarms.
  bool alarms_roll_back = false;
  SourceRef where;
};

struct Service {
  std::string arn;
  /// ARN of the revision that it runs.
  std::string task_definition;
  std::vector<RunningContainer> running;
  /// Those of the last 90 days. Absent = not told.
  std::optional<std::vector<Deployment>> deployments;
  /// Absent = not told.
  std::optional<DeploymentSettings> settings;
  SourceRef where;

  [[nodiscard]] Asset asset() const { return {"ecs-service", arn}; }
};

/// The revision that a rollback would take.
struct Previous {
  /// Null: there is none, or it is not known.
  const TaskDefinition* task_definition = nullptr;
  /// Why it is not known; empty otherwise.
  std::string unknown;
};

class EcsServices {
 public:
  [[nodiscard]] static EcsServices build(const AuditInput& input);

  /// Sorted by ARN.
  [[nodiscard]] const std::vector<Service>& all() const { return services_; }

  /// The revision that the service runs; null when the facts do not hold it.
  [[nodiscard]] const TaskDefinition* current(const Service& service) const;

  /// The newest active revision below the current one.
  [[nodiscard]] Previous previous(const Service& service) const;

 private:
  std::vector<Service> services_;
  /// By ARN.
  std::map<std::string, TaskDefinition, std::less<>> task_definitions_;
  /// Families whose active revisions are listed, with the revisions.
  std::map<std::string, std::vector<long>, std::less<>> listed_;
};

}  // namespace muster::image
