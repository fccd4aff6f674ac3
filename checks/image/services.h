// What the rules about images of services share: visiting each container now and before, and its
// repository.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/check.h"
#include "checks/iam/aws_answers.h"
#include "checks/iam/production.h"
#include "checks/image/ecs.h"
#include "checks/image/registry.h"

namespace muster::image {

/// A container of a service's current task definition, or of the one that a rollback would take.
struct UsedImage {
  const Service* service = nullptr;
  const TaskDefinition* task_definition = nullptr;
  const Container* container = nullptr;
  /// Of the revision before the current one.
  bool previous = false;

  /// `shop:7`
  [[nodiscard]] std::string revision() const;
  /// Stable over revisions: `container app`, `container app of the revision before`.
  [[nodiscard]] std::string anchor() const;
};

enum class Revisions { Current, CurrentAndPrevious };

/// Calls `judge` for each container of the service. A revision that is not known, and an image
/// that cannot be understood, are reported as undecided.
void each_used_image(const AuditInput& input, const Service& service, Revisions revisions,
                     Outcomes& out, const std::function<void(const UsedImage& used)>& judge);

/// The same of all services.
void each_used_image(const AuditInput& input, Revisions revisions, Outcomes& out,
                     const std::function<void(const UsedImage& used)>& judge);

/// The environments of the roles that muster.yaml lets deploy the service or put it back
/// (capabilities `ecs-deploy`, `ecs-rollback`), each once.
[[nodiscard]] std::vector<std::string> environments_of(const Service& service,
                                                       const Intent& intent);

/// Whether those are production's.
[[nodiscard]] iam::Side side_of(const Service& service, const Intent& intent);

/// Reports something that is missing to judge the image.
void undecided(const UsedImage& used, const std::string& reason, Outcomes& out);

}  // namespace muster::image
