// One image of a registry, as `aws ecr describe-images` tells it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/core/check.h"

namespace muster::image {

struct Image {
  /// `sha256:…`
  std::string digest;
  std::vector<std::string> tags;
  /// Absent = not told.
  std::optional<TimePoint> pushed;
  std::optional<TimePoint> pulled;
  std::optional<TimePoint> archived_at;
  std::optional<TimePoint> activated_at;
  /// In the archive: it cannot be pulled until it is restored.
  bool archived = false;
  /// An index (manifest list) of images for several platforms.
  bool is_list = false;
  SourceRef where;
};

}  // namespace muster::image
