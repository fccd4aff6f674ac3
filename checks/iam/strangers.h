// Resources that no policy mentions. A permission that reaches one is not limited by name, and a
// key that describes such a resource is missing or has a value that no policy mentions either.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/iam/model.h"
#include "checks/iam/vacuous.h"
#include "checks/policy/catalogue.h"
#include "checks/policy/model.h"

namespace muster::iam {

/// What a role's ARNs have in common: fills ARN templates.
struct Surrounding {
  std::string partition = "aws";
  /// The first region that a policy of the role names; else `us-east-1`, for witnesses only.
  std::string region = "us-east-1";
  bool knows_region = false;
  /// The role's account; else the first that a policy names; else `111122223333`, likewise.
  std::string account = "111122223333";
  bool knows_account = false;
};

[[nodiscard]] Surrounding surrounding_of(const Role& role);

/// The word that stands for every free part of a stranger's ARN.
inline constexpr std::string_view kStranger = "any-other";

/// A resource of one type that a statement reaches.
struct Stranger {
  std::string arn;
  const policy::ResourceType* type = nullptr;
  /// The entry of `Resource` that lets it in; null for `NotResource`.
  const policy::Text* entry = nullptr;
  /// Whether every call of the action needs a resource of this type.
  bool required = false;
};

/// For every resource type of the action one resource that nobody mentions, as far as the
/// statement's `Resource` or `NotResource` lets it in; conditions are not looked at. Types without
/// a free part are left out: there is only one such resource. Types of an action that makes a new
/// resource count only under `*`: what does not exist yet has no name to give. Required types come
/// first, then short ARNs.
[[nodiscard]] std::vector<Stranger> strangers(const policy::Action& action,
                                              const policy::Statement& statement,
                                              policy::Version version, const Surrounding& around);

/// `arn:aws:ecr:eu-central-1:111122223333:repository/${RepositoryName}`, for messages: the first
/// template of the type. A region or account that is not known stays open too.
[[nodiscard]] std::string arn_to_name(const policy::ResourceType& type, const Surrounding& around);

/// Whether the key (as written) describes the resource of the action, or what is passed or made, so
/// that a clause on it limits what the action reaches.
[[nodiscard]] bool describes_resource(const policy::Action& action, std::string_view key);

/// Clauses that hold for a resource of the type (null: of any) that no policy mentions: keys that
/// the catalogue lists for the type have a value that no policy mentions, others have one or are
/// missing; tags, and keys that are compared with a variable, are missing.
[[nodiscard]] std::vector<policy::Condition> unmentioned(const std::vector<ClauseKey>& keys,
                                                         const Surrounding& around,
                                                         const policy::ResourceType* type);

}  // namespace muster::iam
