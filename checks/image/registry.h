// Repositories of images in ECR with what the facts say of them: whose tags can be moved, which
// images they hold, what their lifecycle policy does.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/core/check.h"
#include "checks/iam/inventory.h"
#include "checks/image/lifecycle.h"
#include "checks/image/registry_image.h"

namespace muster::image {

/// A private repository.
struct Repository {
  std::string arn;
  /// `MUTABLE`, `IMMUTABLE`, `MUTABLE_WITH_EXCLUSION`, `IMMUTABLE_WITH_EXCLUSION`; empty = not
  /// told.
  std::string mutability;
  /// Globs of tags for which the opposite holds; `*` is any run of characters.
  std::vector<std::string> exclusions;
  /// Absent = not told.
  std::optional<std::vector<Image>> images;
  std::optional<Lifecycle> lifecycle;
  /// Why the policy is not known: none is given, or it cannot be read. Empty: `lifecycle`, or none
  /// is set.
  std::string lifecycle_unknown;
  SourceRef lifecycle_where;
  SourceRef where;

  /// Whether a push may move the tag; nothing when the facts do not tell.
  /// Source: Amazon ECR User Guide, "Preventing image tags from being overwritten".
  [[nodiscard]] std::optional<bool> can_move(std::string_view tag) const;

  /// The image that has the digest, or, without one, the tag; null when there is none.
  /// REQUIRES: `images`.
  [[nodiscard]] const Image* find(std::string_view tag, std::string_view digest) const;
};

/// What an entry of the inventory tells: `aws_ecr_repository`.
[[nodiscard]] Repository repository_of(const iam::Resource& resource);

class Registry {
 public:
  [[nodiscard]] static Registry build(const AuditInput& input);

  /// Null when the facts do not name it.
  [[nodiscard]] const Repository* find(std::string_view arn) const;

  [[nodiscard]] const std::map<std::string, Repository, std::less<>>& all() const {
    return repositories_;
  }

 private:
  std::map<std::string, Repository, std::less<>> repositories_;
};

}  // namespace muster::image
