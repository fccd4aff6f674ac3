// The name of a container image: registry, repository, tag, digest.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace muster::image {

/// Who keeps the image.
enum class RegistryKind {
  /// `111122223333.dkr.ecr.eu-central-1.amazonaws.com`
  Ecr,
  /// `public.ecr.aws`
  EcrPublic,
  Other,
};

struct Reference {
  RegistryKind kind = RegistryKind::Other;
  /// Host with port; `docker.io` when none is named.
  std::string registry;
  /// `team/shop`
  std::string repository;
  /// Empty when only a digest is named; `latest` when neither is.
  std::string tag;
  /// `sha256:…`; empty when none is named.
  std::string digest;
  /// ECR alone.
  std::string account;
  std::string region;

  /// ARN of the repository in ECR; empty elsewhere.
  [[nodiscard]] std::string repository_arn() const;
};

/// Reads `[registry/]repository[:tag][@digest]`. A first part without a dot, a colon and other than
/// `localhost` is no registry. Nothing when it is none, or still holds a variable (`$`).
/// Source: the reference grammar of the OCI Distribution Specification and of Docker.
[[nodiscard]] std::optional<Reference> parse_reference(std::string_view text);

/// `aws-cn` for `cn-north-1`.
[[nodiscard]] std::string_view partition_of(std::string_view region);

}  // namespace muster::image
