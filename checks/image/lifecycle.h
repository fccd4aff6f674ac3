// Lifecycle policies of ECR repositories: which image they expire or archive, and when.
// Source: Amazon ECR User Guide, "Automate the cleanup of images by using lifecycle policies" and
// "Lifecycle policy properties".
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/check.h"
#include "checks/image/registry_image.h"
#include "checks/text/tree.h"

namespace muster::image {

enum class TagStatus { Tagged, Untagged, Any };

enum class CountType {
  ImageCountMoreThan,
  SinceImagePushed,
  SinceImagePulled,
  SinceImageTransitioned
};

/// One rule. Only images of the storage class `standard` are looked at by rules of the first three
/// count types, only archived ones by the last.
struct LifecycleRule {
  int priority = 0;
  TagStatus tags = TagStatus::Any;
  /// Globs with `*`; a prefix is one that ends in `*`. An image needs a tag for each of them.
  std::vector<std::string> patterns;
  CountType count_type = CountType::ImageCountMoreThan;
  /// Images, or days.
  long count = 0;
  /// `transition` to the archive instead of `expire`. Archived images cannot be pulled.
  bool archives = false;

  [[nodiscard]] bool selects(const Image& image) const;
};

/// What a policy does to one image.
struct Fate {
  int priority = 0;
  bool archives = false;
  /// By age: when the rule's time is over; perhaps in the past (ECR acts within 24 hours).
  std::optional<TimePoint> at;
  /// By count: how many more images the rule must select before this one is too many; 0 = it is
  /// now.
  std::optional<long> after_pushes;
};

/// A policy: its rules by priority, lowest number first.
class Lifecycle {
 public:
  /// Reads the text of a policy. Errors: no JSON, no rules, a rule of a form that is not known.
  [[nodiscard]] static Result<Lifecycle> parse(std::string text, const SourceRef& where);

  /// What the policy does to the image at `index` as things stand; nothing = it stays. The first
  /// rule whose tags select the image decides alone: no rule of lower priority may take what one of
  /// higher priority selects. Counts are over all images that a rule selects, youngest first. When
  /// a time that the rule needs is not known, it is `unknown`.
  struct Answer {
    std::optional<Fate> fate;
    bool unknown = false;
  };

  [[nodiscard]] Answer fate_of(const std::vector<Image>& images, std::size_t index) const;

 private:
  std::vector<LifecycleRule> rules_;
};

}  // namespace muster::image
